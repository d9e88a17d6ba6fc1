#include "seccomp/prove.h"

#include "seccomp/meaning.h"
#include "seccomp/points.h"
#include "seccomp/syscalls.h"
#include "seccomp/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NUMBERS_TRIED 1024
#define ACTION_TEXT   80

struct proof {
	const struct program *program;
	struct meaning meaning; /* of the architecture that is looked at */
	struct findings *findings;
	struct points points;
};

/* Does the program answer here as the meaning says? If not, say where. */
static bool point_prove(const struct seccomp_data *data, void *context)
{
	const struct proof *proof = context;
	uint32_t action = program_run(proof->program, data, NULL);
	char got[ACTION_TEXT], wanted[ACTION_TEXT], name[64];
	const char *known;

	if (meaning_allows(&proof->meaning, data, action))
		return true;
	action_describe(action, got, sizeof(got));
	action_describe(meaning_decide(&proof->meaning, data).action, wanted, sizeof(wanted));
	known = syscall_name((uint32_t)data->nr, proof->meaning.arch, name, sizeof(name));
	findings_add(proof->findings, FINDING_ERROR, "",
		     "libseccomp miscompiles it: on %s %s (%" PRIu32 ") with arguments 0x%" PRIx64
		     " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64
		     " would get %s instead of %s (write that rule in another way)",
		     arch_get(proof->meaning.arch)->machine, known ? known : "syscall",
		     (uint32_t)data->nr, (uint64_t)data->args[0], (uint64_t)data->args[1],
		     (uint64_t)data->args[2], (uint64_t)data->args[3], (uint64_t)data->args[4],
		     (uint64_t)data->args[5], got, wanted);
	return false;
}

static bool number_prove(struct proof *proof, uint32_t number)
{
	struct entry_range range = meaning_entries(&proof->meaning, number);
	struct seccomp_data data = {
		.nr = (int)number,
		.arch = arch_get(proof->meaning.arch)->audit,
		.args = { -1ULL, -1ULL, -1ULL, -1ULL, -1ULL, -1ULL },
	};

	points_reset(&proof->points);
	for (size_t i = 0; i < range.count; i++) {
		for (size_t j = 0; j < range.first[i].condition_count; j++)
			points_add(&proof->points, &range.first[i].conditions[j]);
	}
	return point_prove(&data, proof) && points_visit(&proof->points, &data, point_prove, proof);
}

/* Is a number one of this architecture's? x86_64 and x32 share the kernel's value. */
static bool number_own(const struct policy *policy, unsigned int arch, uint32_t number)
{
	uint32_t token = arch_get(arch)->token;

	if (token == SCMP_ARCH_X32)
		return number >= ARCH_X32_BIT;
	if (token != SCMP_ARCH_X86_64 || number < ARCH_X32_BIT)
		return true;
	for (size_t i = 0; i < policy->arch_count; i++) {
		if (arch_get(policy->arches[i])->token == SCMP_ARCH_X32)
			return false;
	}
	return true;
}

static bool arch_prove(struct proof *proof, const struct policy *policy)
{
	static const uint32_t edges[] = { 0x3fffffff, 0x7fffffff, 0x80000000, 0xfffffffe,
					  0xffffffff };
	unsigned int arch = proof->meaning.arch;

	for (uint32_t i = 0; i < NUMBERS_TRIED; i++) {
		if (number_own(policy, arch, i) && !number_prove(proof, i))
			return false;
		if (number_own(policy, arch, i | ARCH_X32_BIT) &&
		    !number_prove(proof, i | ARCH_X32_BIT))
			return false;
	}
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		if (number_own(policy, arch, edges[i]) && !number_prove(proof, edges[i]))
			return false;
	}
	for (size_t i = 0; i < proof->meaning.entry_count; i++) {
		uint32_t number = proof->meaning.entries[i].number;
		bool tried = (number & ~ARCH_X32_BIT) < NUMBERS_TRIED - 1 ||
			     (i > 0 && number == proof->meaning.entries[i - 1].number);

		if (!tried && (!number_prove(proof, number) || !number_prove(proof, number + 1)))
			return false;
	}
	return true;
}

/* Every architecture that the filter is not for must be killed. */
static bool foreign_prove(const struct program *program, const struct policy *policy,
			  struct findings *findings)
{
	uint32_t own = 0;

	for (size_t i = 0; i < policy->arch_count; i++)
		own |= 1U << policy->arches[i];
	for (unsigned int i = 0; i < arch_count(); i++) {
		struct seccomp_data data = { .arch = arch_get(i)->audit };

		if ((own & (1U << i)) || arch_get(i)->token == SCMP_ARCH_X32)
			continue;
		if (program_run(program, &data, NULL) != SCMP_ACT_KILL_THREAD) {
			findings_add(findings, FINDING_ERROR, "",
				     "libseccomp miscompiles it: %s is not killed",
				     arch_get(i)->scmp);
			return false;
		}
	}
	return true;
}

static bool arches_prove(struct proof *proof, const struct policy *policy)
{
	for (size_t i = 0; i < policy->arch_count; i++) {
		bool same;

		if (!meaning_build(policy, i, &proof->meaning)) {
			findings_add(proof->findings, FINDING_ERROR, "", "out of memory");
			return false;
		}
		same = arch_prove(proof, policy);
		meaning_free(&proof->meaning);
		if (!same)
			return false;
	}
	return true;
}

bool program_prove(const struct program *program, const struct policy *policy,
		   struct findings *findings)
{
	struct proof *proof;
	bool same;

	if (program_check(program) != 0) {
		findings_add(findings, FINDING_ERROR, "",
			     "libseccomp miscompiles it: the kernel would not take the filter");
		return false;
	}
	proof = calloc(1, sizeof(*proof));
	if (!proof) {
		findings_add(findings, FINDING_ERROR, "", "out of memory");
		return false;
	}
	proof->program = program;
	proof->findings = findings;
	same = arches_prove(proof, policy) && foreign_prove(program, policy, findings);
	free(proof);
	return same;
}
