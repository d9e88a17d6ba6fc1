/* number.h: numbers as people type them: digits only, the whole string, the range checked. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* False, with *ret untouched, unless text is decimal digits and nothing else, min to max. */
bool number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* The same in octal, as for chmod(1). */
bool number_parse_octal(const char *text, uint64_t max, uint64_t *ret);

/* Seconds with up to three decimals ("5", "0.25"), at most a day, to milliseconds. */
bool number_parse_seconds(const char *text, unsigned *ret_ms);

/* Write value in decimal, NUL-terminated: for places where snprintf(3) is not allowed.
 * buffer has room for 21 bytes. Returns where the text begins, inside buffer. */
char *number_format(uint64_t value, char *buffer);

#endif
