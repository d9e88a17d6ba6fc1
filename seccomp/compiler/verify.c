#include "seccomp/compiler/verify.h"

#include "seccomp/compiler/samples.h"
#include "seccomp/names/arch_syscall.h"
#include "seccomp/profile/vocabulary.h"

#include <inttypes.h>
#include <stdlib.h>

#define NUMBERS_TRIED 1024
#define ACTION_TEXT   80

struct verifier {
	const struct sock_fprog *program;
	const struct arch_rules *rules; /* of the architecture that is looked at */
	struct findings *findings;
	struct samples samples;
};

/* Does the program answer here as the semantics say? If not, say where. */
static bool sample_verify(const struct seccomp_data *data, void *context)
{
	const struct verifier *verifier = context;
	const unsigned int arch = verifier->rules->arch;
	uint32_t action = program_run(verifier->program, data).action;
	uint32_t right = rules_decide(verifier->rules, data).action;
	char got[ACTION_TEXT], wanted[ACTION_TEXT], name[64];
	const char *known;

	if (action == right)
		return true;
	action_describe(action, got, sizeof(got));
	action_describe(right, wanted, sizeof(wanted));
	known = arch_syscall_name(arch, (uint32_t)data->nr, name, sizeof(name));
	findings_add(verifier->findings, FINDING_ERROR, "",
		     "drop-seccomp miscompiles it: on %s %s (%" PRIu32 ") with arguments 0x%" PRIx64
		     " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64
		     " would get %s instead of %s (please report it)",
		     arch_get(arch)->machine, known ? known : "syscall", (uint32_t)data->nr,
		     (uint64_t)data->args[0], (uint64_t)data->args[1], (uint64_t)data->args[2],
		     (uint64_t)data->args[3], (uint64_t)data->args[4], (uint64_t)data->args[5], got,
		     wanted);
	return false;
}

static bool number_verify(struct verifier *verifier, uint32_t number)
{
	struct entry_range range = rules_entries(verifier->rules, number);
	struct seccomp_data data = {
		.nr = (int)number,
		.arch = arch_get(verifier->rules->arch)->audit,
		.args = { -1ULL, -1ULL, -1ULL, -1ULL, -1ULL, -1ULL },
	};

	if (!rules_own(verifier->rules, number))
		return true;
	samples_reset(&verifier->samples);
	for (size_t i = 0; i < range.count; i++) {
		for (size_t j = 0; j < range.first[i].condition_count; j++)
			samples_add(&verifier->samples, &range.first[i].conditions[j]);
	}
	return sample_verify(&data, verifier) &&
	       samples_visit(&verifier->samples, &data, sample_verify, verifier);
}

static bool arch_verify(struct verifier *verifier)
{
	static const uint32_t edges[] = { 0x3fffffff, 0x7fffffff, 0x80000000, 0xfffffffe,
					  0xffffffff };
	const struct arch_rules *rules = verifier->rules;

	for (uint32_t i = 0; i < NUMBERS_TRIED; i++) {
		if (!number_verify(verifier, i) || !number_verify(verifier, i | ARCH_X32_BIT))
			return false;
	}
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		if (!number_verify(verifier, edges[i]))
			return false;
	}
	for (size_t i = 0; i < rules->count; i++) {
		uint32_t number = rules->entries[i].number;
		bool tried = (number & ~ARCH_X32_BIT) < NUMBERS_TRIED - 1 ||
			     (i > 0 && number == rules->entries[i - 1].number);

		if (!tried &&
		    (!number_verify(verifier, number) || !number_verify(verifier, number + 1)))
			return false;
	}
	return true;
}

/* Every architecture that the filter is not for must be killed. */
static bool foreign_verify(const struct sock_fprog *program, const struct ruleset *ruleset,
			   struct findings *findings)
{
	uint32_t own = 0;

	for (size_t i = 0; i < ruleset->arch_count; i++)
		own |= 1U << ruleset->arches[i].arch;
	for (unsigned int i = 0; i < arch_count(); i++) {
		const struct seccomp_data data = { .arch = arch_get(i)->audit };

		if ((own & (1U << i)) || arch_get(i)->token == SCMP_ARCH_X32 ||
		    program_run(program, &data).action == SCMP_ACT_KILL_THREAD)
			continue;
		findings_add(findings, FINDING_ERROR, "",
			     "drop-seccomp miscompiles it: %s is not killed (please report it)",
			     arch_get(i)->scmp);
		return false;
	}
	return true;
}

bool program_verify(const struct sock_fprog *program, const struct ruleset *ruleset,
		    struct findings *findings)
{
	struct verifier *verifier;
	bool same = true;

	if (program_check(program) != 0) {
		findings_add(findings, FINDING_ERROR, "",
			     "drop-seccomp miscompiles it: the kernel would not take the filter "
			     "(please report it)");
		return false;
	}
	verifier = calloc(1, sizeof(*verifier));
	if (!verifier) {
		findings_add(findings, FINDING_ERROR, "", "out of memory");
		return false;
	}
	verifier->program = program;
	verifier->findings = findings;
	for (size_t i = 0; same && i < ruleset->arch_count; i++) {
		verifier->rules = &ruleset->arches[i];
		same = arch_verify(verifier);
	}
	free(verifier);
	return same && foreign_verify(program, ruleset, findings);
}
