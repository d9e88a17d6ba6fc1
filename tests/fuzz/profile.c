/* drop-seccomp: a profile's JSON, parsed and judged; a small one is compiled and proved as well. */
#include "fuzz.h"
#include "seccomp/compile.h"
#include "seccomp/policy.h"
#include "seccomp/program.h"

#define COMPILED_RULES 3 /* libseccomp and the proof take milliseconds */

static size_t names_count(const struct profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->rule_count; i++)
		count += profile->rules[i].name_count;
	return count;
}

static void compile(const char *text, size_t size, const struct target *target)
{
	struct findings findings = { 0 };
	struct compiled compiled;

	if (profile_compile(text, size, target, &findings, &compiled))
		FUZZ_ASSERT(program_check(&compiled.program) == 0 && !findings.errors);
	else
		FUZZ_ASSERT(findings.errors);
	compiled_free(&compiled);
	findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct target target = { .arch = arch_native(), .kernel = 6 << 16 | 1 };
	const char *text = (const char *)data;
	struct findings findings = { 0 };
	struct policy policy = { 0 };
	struct profile profile;
	bool small = false;

	if (profile_parse(text, size, &findings, &profile)) {
		FUZZ_ASSERT(!findings.errors);
		small = policy_build(&profile, &target, &findings, &policy) &&
			policy.clause_count <= COMPILED_RULES && names_count(&profile) <= 8;
		policy_free(&policy);
	} else {
		FUZZ_ASSERT(findings.errors);
	}
	profile_free(&profile);
	findings_free(&findings);
	if (small)
		compile(text, size, &target);
	return 0;
}
