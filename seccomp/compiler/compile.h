/* compile.h: from a profile's text to a verified filter. */
#ifndef COMPILE_H
#define COMPILE_H

#include "seccomp/profile/ruleset.h"

/* All that there is between a text and its program; the later parts point into the earlier ones. */
struct compiled {
	struct profile profile;
	struct ruleset ruleset;
	struct sock_fprog program; /* its instructions are owned */
};

/* Compile. What is wrong or odd is added to findings; false when that includes an error. Free
 * ret_compiled whatever this returns.
 */
bool profile_compile(const char *text, size_t length, const struct target *target,
		     struct findings *findings, struct compiled *ret_compiled);

void compiled_free(struct compiled *compiled);

#endif
