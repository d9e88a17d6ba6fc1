#include "seccomp/compile.h"

#include "seccomp/generate.h"
#include "seccomp/prove.h"

bool profile_compile(const char *text, size_t length, const struct target *target,
		     struct findings *findings, struct compiled *ret_compiled)
{
	*ret_compiled = (struct compiled){ 0 };
	return profile_parse(text, length, findings, &ret_compiled->profile) &&
	       policy_build(&ret_compiled->profile, target, findings, &ret_compiled->policy) &&
	       program_generate(&ret_compiled->policy, findings, &ret_compiled->program) &&
	       program_prove(&ret_compiled->program, &ret_compiled->policy, findings);
}

void compiled_free(struct compiled *compiled)
{
	program_free(&compiled->program);
	policy_free(&compiled->policy);
	profile_free(&compiled->profile);
}
