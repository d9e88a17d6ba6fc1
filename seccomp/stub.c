#include "seccomp/stub.h"

#include "seccomp/arch.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

/* Jumps whose target is not known while they are written. */
enum destination { TO_NEXT, TO_ENOSYS, TO_FILTER };

struct stub {
	struct sock_filter code[STUB_MAX];
	enum destination yes[STUB_MAX], no[STUB_MAX];
	size_t count;
};

/* What the stub must know of the ABIs that share one AUDIT_ARCH_… value. */
struct section {
	uint32_t audit;
	bool has_age, has_x32_age, refuse_x32, setup_is_newer;
	uint32_t age, x32_age;
};

static void load_add(struct stub *stub, size_t offset)
{
	stub->yes[stub->count] = stub->no[stub->count] = TO_NEXT;
	stub->code[stub->count++] =
		(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

static size_t jump_add(struct stub *stub, uint16_t operation, uint32_t value, enum destination yes,
		       enum destination no)
{
	stub->yes[stub->count] = yes;
	stub->no[stub->count] = no;
	stub->code[stub->count] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | operation | BPF_K, value, 0, 0);
	return stub->count++;
}

static bool section_wanted(const struct section *section)
{
	return section->has_age || section->has_x32_age || section->refuse_x32;
}

static void section_add(struct stub *stub, const struct section *section)
{
	enum destination numbers_end = TO_FILTER;
	size_t skip;

	skip = jump_add(stub, BPF_JEQ, section->audit, TO_NEXT, TO_NEXT);
	load_add(stub, offsetof(struct seccomp_data, nr));
	if (section->setup_is_newer)
		jump_add(stub, BPF_JEQ, 0, TO_ENOSYS, TO_NEXT);
	if (section->refuse_x32 && section->has_age) {
		/* every x32 number is above every number of x86_64 */
		jump_add(stub, BPF_JGT, section->age, TO_ENOSYS, numbers_end);
	} else if (section->refuse_x32) {
		jump_add(stub, BPF_JGE, ARCH_X32_BIT, TO_ENOSYS, numbers_end);
	} else {
		if (section->has_x32_age)
			jump_add(stub, BPF_JGT, section->x32_age, TO_ENOSYS, TO_NEXT);
		if (section->has_age && section->audit == AUDIT_ARCH_X86_64)
			jump_add(stub, BPF_JGE, ARCH_X32_BIT, TO_FILTER, TO_NEXT);
		if (section->has_age)
			jump_add(stub, BPF_JGT, section->age, TO_ENOSYS, TO_FILTER);
		else
			jump_add(stub, BPF_JGE, 0, TO_FILTER, TO_FILTER);
	}
	stub->code[skip].jf = (uint8_t)(stub->count - skip - 1);
}

/* The section of the ABIs that share the audit value of policy->arches[which]. */
static struct section section_of(const struct policy *policy, size_t which)
{
	struct section section = { .audit = arch_get(policy->arches[which])->audit };
	bool newer = policy_newer_is_enosys(policy);
	bool x86_64 = false, x32 = false;

	for (size_t i = 0; i < policy->arch_count; i++) {
		const struct arch *arch = arch_get(policy->arches[i]);

		if (arch->audit != section.audit)
			continue;
		if (arch->token == SCMP_ARCH_X32) {
			x32 = true;
			section.has_x32_age = newer && policy->ages_known[i];
			section.x32_age = policy->ages[i];
			continue;
		}
		x86_64 = arch->token == SCMP_ARCH_X86_64;
		section.has_age = newer && policy->ages_known[i];
		section.age = policy->ages[i];
		section.setup_is_newer = section.has_age && (arch->token == SCMP_ARCH_S390 ||
							     arch->token == SCMP_ARCH_S390X);
	}
	section.refuse_x32 = x86_64 && !x32;
	return section;
}

static bool audit_seen(const struct policy *policy, size_t which)
{
	for (size_t i = 0; i < which; i++) {
		if (arch_get(policy->arches[i])->audit == arch_get(policy->arches[which])->audit)
			return true;
	}
	return false;
}

static uint8_t jump_resolve(enum destination destination, size_t from, size_t end, uint8_t known)
{
	switch (destination) {
	case TO_ENOSYS: /* the last instruction */
		return (uint8_t)(end - 1 - from - 1);
	case TO_FILTER:
		return (uint8_t)(end - from - 1);
	default:
		return known;
	}
}

size_t stub_build(const struct policy *policy, struct sock_filter ret_code[STUB_MAX])
{
	struct stub stub = { .count = 0 };

	load_add(&stub, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < policy->arch_count; i++) {
		struct section section = section_of(policy, i);

		if (!audit_seen(policy, i) && section_wanted(&section))
			section_add(&stub, &section);
	}
	if (stub.count == 1)
		return 0;
	/* another architecture falls through all sections to here */
	jump_add(&stub, BPF_JEQ, 0, TO_FILTER, TO_FILTER);
	stub.code[stub.count++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < stub.count; i++) {
		struct sock_filter *code = &stub.code[i];

		code->jt = jump_resolve(stub.yes[i], i, stub.count, code->jt);
		code->jf = jump_resolve(stub.no[i], i, stub.count, code->jf);
	}
	memcpy(ret_code, stub.code, stub.count * sizeof(*ret_code));
	return stub.count;
}
