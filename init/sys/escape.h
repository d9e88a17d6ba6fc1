/* escape.h: whatever bytes a name or a path is made of, as one line for people, or inside a string
 * of JSON, which is UTF-8. RFC 8259, 7 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Write the escaped text, as much of it as goes into size with its NUL. Returns its length. */
size_t escape(const char *text, bool json, char *ret_escaped, size_t size);

/* The whole of it, allocated; NULL without memory. */
char *escape_text(const char *text, bool json);

#endif
