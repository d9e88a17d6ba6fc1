/* json.h: JSON as profiles write it, where integers may need all 64 bits.
 *
 * jansson has signed integers only. So a number from 2^63 to 2^64-1 is read as the negative one
 * with the same bits, and what is not a whole number from 0 to 2^64-1 is read as a real.
 */
#ifndef JSON_H
#define JSON_H

#include <jansson.h>

/* The value of a text; duplicate keys are refused. NULL on failure, with a reason in ret_error. */
json_t *json_parse(const char *text, size_t length, json_error_t *ret_error);

#endif
