#include "seccomp/generate.h"

#include "seccomp/stub.h"
#include "seccomp/syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE_MAX 64

/* The highest API level of libseccomp 2.5: all actions, whatever this machine's kernel can do. */
#define LIBSECCOMP_LEVEL 6
#define OPTIMIZE_TREE	 2

static int clause_generate(scmp_filter_ctx context, const struct clause *clause, unsigned int arch)
{
	struct scmp_arg_cmp comparisons[ARGUMENTS_MAX];
	int number;

	if (!syscall_rule_number(clause->name, arch, &number))
		return 0;
	for (size_t i = 0; i < clause->condition_count; i++) {
		const struct condition *condition = &clause->conditions[i];

		comparisons[i] = (struct scmp_arg_cmp){
			.arg = condition->index,
			.op = condition->comparison,
			.datum_a = condition->value,
			.datum_b = condition->value_two,
		};
	}
	return seccomp_rule_add_array(context, clause->action, number,
				      (unsigned int)clause->condition_count, comparisons);
}

static bool clauses_generate(scmp_filter_ctx context, const struct policy *policy,
			     unsigned int arch, struct findings *findings)
{
	for (size_t i = 0; i < policy->clause_count; i++) {
		const struct clause *clause = &policy->clauses[i];
		int result = clause_generate(context, clause, arch);
		char place[PLACE_MAX];

		if (result == 0)
			continue;
		snprintf(place, sizeof(place), "syscalls[%zu]", clause->rule);
		if (result == -EEXIST)
			findings_add(findings, FINDING_ERROR, place,
				     "contradicts an earlier rule for '%s'", clause->name);
		else
			findings_add(findings, FINDING_ERROR, place,
				     "libseccomp refuses the rule for '%s': %s", clause->name,
				     strerror(-result));
		return false;
	}
	return true;
}

/* A context for one architecture alone. */
static scmp_filter_ctx context_new(const struct policy *policy, unsigned int arch)
{
	uint32_t native = seccomp_arch_native(), token = arch_get(arch)->token;
	scmp_filter_ctx context = seccomp_init(policy->profile->default_action);

	if (!context || token == native)
		return context;
	/* In either order one of the two fails: libseccomp mixes no byte orders, nor empty filters.
	 */
	if (seccomp_arch_add(context, token) != 0 || seccomp_arch_remove(context, native) != 0) {
		seccomp_release(context);
		return NULL;
	}
	return context;
}

/* One context for each architecture, merged, because libseccomp translates numbers from the native
 * architecture's and stops at one that it can't translate.
 */
static scmp_filter_ctx contexts_build(const struct policy *policy, struct findings *findings)
{
	scmp_filter_ctx all = NULL;

	for (size_t i = 0; i < policy->arch_count; i++) {
		unsigned int arch = policy->arches[i];
		scmp_filter_ctx context = context_new(policy, arch);
		bool merged = false;

		if (!context)
			findings_add(findings, FINDING_ERROR, "",
				     "libseccomp cannot build filters for %s here",
				     arch_get(arch)->scmp);
		else if (clauses_generate(context, policy, arch, findings))
			merged = !all || seccomp_merge(all, context) == 0;
		if (!merged) {
			seccomp_release(context);
			seccomp_release(all);
			return NULL;
		}
		if (!all)
			all = context;
	}
	return all;
}

/* The whole program: the stub and what libseccomp wrote to the file. */
static bool program_read(int file, const struct policy *policy, struct findings *findings,
			 struct program *ret_program)
{
	struct sock_filter stub[STUB_MAX];
	size_t stub_count = stub_build(policy, stub);
	struct program program = { 0 };
	struct stat status;
	size_t length;

	if (fstat(file, &status) != 0 || status.st_size % (off_t)sizeof(*stub) != 0)
		return false;
	length = (size_t)status.st_size;
	program.count = stub_count + length / sizeof(*stub);
	if (program.count > PROGRAM_MAX) {
		findings_add(findings, FINDING_ERROR, "",
			     "makes a filter of %zu instructions, and the kernel takes %d "
			     "(fewer conditions or architectures would help)",
			     program.count, PROGRAM_MAX);
		return true;
	}
	program.code = malloc(program.count * sizeof(*stub));
	if (!program.code)
		return false;
	memcpy(program.code, stub, stub_count * sizeof(*stub));
	if (pread(file, program.code + stub_count, length, 0) != (ssize_t)length) {
		free(program.code);
		return false;
	}
	*ret_program = program;
	return true;
}

static bool program_export(scmp_filter_ctx context, const struct policy *policy,
			   struct findings *findings, struct program *ret_program)
{
	int file = memfd_create("filter", MFD_CLOEXEC);
	size_t errors = findings->errors;
	bool done = false;

	if (file >= 0) {
		done = seccomp_export_bpf(context, file) == 0 &&
		       program_read(file, policy, findings, ret_program);
		close(file);
	}
	if (!done)
		findings_add(findings, FINDING_ERROR, "", "libseccomp cannot write the filter");
	return findings->errors == errors;
}

bool program_generate(const struct policy *policy, struct findings *findings,
		      struct program *ret_program)
{
	scmp_filter_ctx context;
	bool done;

	if (policy->clause_count > PROGRAM_MAX) {
		findings_add(findings, FINDING_ERROR, "syscalls",
			     "there are %zu rules, and the kernel takes %d instructions",
			     policy->clause_count, PROGRAM_MAX);
		return false;
	}
	(void)seccomp_api_set(LIBSECCOMP_LEVEL); /* an older libseccomp refuses what it can't do */
	context = contexts_build(policy, findings);
	if (!context)
		return false;
	(void)seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMIZE_TREE); /* only speed */
	done = program_export(context, policy, findings, ret_program);
	seccomp_release(context);
	return done;
}
