/* argument_name.h: the values of arguments by the names that headers and manuals give them: AF_ALG,
 * TIOCSTI, CLONE_NEWUSER; those that profiles commonly judge, as this machine has them.
 */
#ifndef ARGUMENT_NAME_H
#define ARGUMENT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The names of an argument's value, or of all bits of it that have one, with "|" between them; ""
 * when there is none. Some mean something only beside another argument (NETLINK_AUDIT to
 * AF_NETLINK): arguments has all six, or is NULL where nothing is known of them.
 */
void argument_describe(const char *call, unsigned int argument, uint32_t value,
		       const uint64_t *arguments, char *ret_text, size_t size);

/* The value that a name stands for, also several with "|" between them. False for an unknown one.
 */
bool argument_value(const char *call, unsigned int argument, const char *names,
		    uint64_t *ret_value);

#endif
