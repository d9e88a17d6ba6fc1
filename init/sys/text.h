/* text.h: words of any length, for people. */
#ifndef TEXT_H
#define TEXT_H

/* As asprintf(3), and never NULL: without memory it says so. Never given back: what people are told
 * is told once, before the command runs. */
const char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
