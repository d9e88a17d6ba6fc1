#include "seccomp/compile.h"

#include "seccomp/generate.h"
#include "seccomp/prove.h"
#include "seccomp/squeeze.h"

/* Put a better program in place of what libseccomp wrote, if there is one that passes the proof. */
static bool program_improve(struct program *program, const struct policy *policy)
{
	struct findings findings = { 0 };
	struct program better;
	bool proved;

	if (!program_squeeze(program, &better))
		return false;
	proved = program_prove(&better, policy, &findings);
	findings_free(&findings); /* what matters is whether libseccomp's own program passes */
	if (proved) {
		program_free(program);
		*program = better;
	} else {
		program_free(&better);
	}
	return proved;
}

bool profile_compile(const char *text, size_t length, const struct target *target,
		     struct findings *findings, struct compiled *ret_compiled)
{
	struct program *program = &ret_compiled->program;
	struct policy *policy = &ret_compiled->policy;

	*ret_compiled = (struct compiled){ 0 };
	return profile_parse(text, length, findings, &ret_compiled->profile) &&
	       policy_build(&ret_compiled->profile, target, findings, policy) &&
	       program_generate(policy, findings, program) &&
	       (program_improve(program, policy) || program_prove(program, policy, findings));
}

void compiled_free(struct compiled *compiled)
{
	program_free(&compiled->program);
	policy_free(&compiled->policy);
	profile_free(&compiled->profile);
}
