/* describe.h: calls, conditions and actions as people read them. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "seccomp/filter/symbolic.h"
#include "seccomp/profile/profile.h"

/* Print "args[0] & 0xff == 0x26 (AF_ALG)": a condition on an argument of a call (its name, or
 * NULL). The other arguments, as far as they are known, may tell what a value is called.
 */
void condition_print(const char *call, const struct condition *condition,
		     const uint64_t *arguments);

/* Print all tests of a path, as " if … and …". */
void path_print(const char *call, const struct path *path);

/* Print " (AF_ALG)", or nothing for a value without a name. */
void value_name_print(const char *call, unsigned int argument, uint64_t value,
		      const uint64_t *arguments);

#endif
