/* output.h: what was asked to be printed: standard output, which is otherwise the command's. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "init/sys/failure.h"

/* Write all of text to this descriptor. */
const struct failure *output_write(int fd, const char *text);

#endif
