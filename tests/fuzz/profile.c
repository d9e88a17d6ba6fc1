/* drop-seccomp: a profile's JSON, parsed and judged; a small one is compiled and proved as well. */
#include "fuzz.h"
#include "seccomp/compiler/compile.h"

#define COMPILED_RULES 12 /* the verification takes milliseconds */

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

	/* so small that it fits: what else could be wrong with it is a miscompilation */
	FUZZ_ASSERT(profile_compile(text, size, target, &findings, &compiled));
	FUZZ_ASSERT(program_check(&compiled.program) == 0 && !findings.counts[FINDING_ERROR]);
	compiled_free(&compiled);
	findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct target target = { .arch = arch_native(), .kernel = 6 << 16 | 1 };
	const char *text = (const char *)data;
	struct findings findings = { 0 };
	struct ruleset ruleset = { 0 };
	struct profile profile;
	bool small = false;

	if (profile_parse(text, size, &findings, &profile)) {
		FUZZ_ASSERT(!findings.counts[FINDING_ERROR]);
		small = ruleset_resolve(&profile, &target, &findings, &ruleset) &&
			ruleset.arches[0].count <= COMPILED_RULES && names_count(&profile) <= 8;
		ruleset_free(&ruleset);
	} else {
		FUZZ_ASSERT(findings.counts[FINDING_ERROR]);
	}
	profile_free(&profile);
	findings_free(&findings);
	if (small)
		compile(text, size, &target);
	return 0;
}
