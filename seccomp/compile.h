/* compile.h: from a profile's text to a proved filter. */
#ifndef COMPILE_H
#define COMPILE_H

#include "seccomp/findings.h"
#include "seccomp/policy.h"
#include "seccomp/program.h"

/* All that there is between a text and its program; the later parts point into the earlier ones. */
struct compiled {
	struct profile profile;
	struct policy policy;
	struct program program;
};

/* Compile. What is wrong or odd is added to findings; false when that includes an error. Free
 * ret_compiled whatever this returns.
 */
bool profile_compile(const char *text, size_t length, const struct target *target,
		     struct findings *findings, struct compiled *ret_compiled);

void compiled_free(struct compiled *compiled);

#endif
