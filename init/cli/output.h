/* output.h: what was asked to be printed: standard output, which is otherwise the command's. */
#ifndef OUTPUT_H
#define OUTPUT_H

/* Write all of text to standard output. Dies where that cannot be done. */
void output_write(const char *text);

#endif
