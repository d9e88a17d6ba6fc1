#include "seccomp/compiler/compile.h"

#include "seccomp/compiler/build.h"
#include "seccomp/compiler/verify.h"

#include <errno.h>
#include <stdlib.h>

/* What is quicker may be longer: a search has tests of its own. */
static bool program_make(struct compiled *compiled, struct findings *findings)
{
	int r = program_build(&compiled->ruleset, true, &compiled->program);

	if (r == -E2BIG)
		r = program_build(&compiled->ruleset, false, &compiled->program);
	if (r == -E2BIG)
		findings_add(findings, FINDING_ERROR, "",
			     "makes a longer filter than the %d instructions that the kernel takes "
			     "(fewer conditions or architectures would help)",
			     BPF_MAXINSNS);
	else if (r < 0)
		findings_add(findings, FINDING_ERROR, "", "out of memory");
	return r == 0;
}

bool profile_compile(const char *text, size_t length, const struct target *target,
		     struct findings *findings, struct compiled *ret_compiled)
{
	struct compiled *compiled = ret_compiled;

	*compiled = (struct compiled){ 0 };
	return profile_parse(text, length, findings, &compiled->profile) &&
	       ruleset_resolve(&compiled->profile, target, findings, &compiled->ruleset) &&
	       program_make(compiled, findings) &&
	       program_verify(&compiled->program, &compiled->ruleset, findings);
}

void compiled_free(struct compiled *compiled)
{
	free(compiled->program.filter);
	ruleset_free(&compiled->ruleset);
	profile_free(&compiled->profile);
	compiled->program = (struct sock_fprog){ 0 };
}
