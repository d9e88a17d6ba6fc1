#include "seccomp/syscalls.h"

#include "seccomp/arch.h"

#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PSEUDO_SOCKETCALL (-100) /* libseccomp: -101 to -120 are the calls 1 to 20 */
#define PSEUDO_IPC	  (-200) /* likewise -201 to -224 */
#define NUMBERS_SEARCHED  1024

/* What Linux has added since libseccomp 2.5.4; the numbers are the same on every architecture, but
 * for those that only one has.
 */
static const struct newer {
	const char *name;
	int number;
	uint32_t only; /* SCMP_ARCH_…, or 0 */
} newer[] = {
	{ "uretprobe", 335, SCMP_ARCH_X86_64 },
	{ "uprobe", 336, SCMP_ARCH_X86_64 },
	{ "riscv_hwprobe", 258, SCMP_ARCH_RISCV64 },
	{ "cachestat", 451, 0 },
	{ "fchmodat2", 452, 0 },
	{ "map_shadow_stack", 453, 0 },
	{ "futex_wake", 454, 0 },
	{ "futex_wait", 455, 0 },
	{ "futex_requeue", 456, 0 },
	{ "statmount", 457, 0 },
	{ "listmount", 458, 0 },
	{ "lsm_get_self_attr", 459, 0 },
	{ "lsm_set_self_attr", 460, 0 },
	{ "lsm_list_modules", 461, 0 },
	{ "mseal", 462, 0 },
	{ "setxattrat", 463, 0 },
	{ "getxattrat", 464, 0 },
	{ "listxattrat", 465, 0 },
	{ "removexattrat", 466, 0 },
	{ "open_tree_attr", 467, 0 },
	{ "file_getattr", 468, 0 },
	{ "file_setattr", 469, 0 },
};

static const struct newer *newer_find(const char *name)
{
	for (size_t i = 0; i < COUNT(newer); i++) {
		if (strcmp(newer[i].name, name) == 0)
			return &newer[i];
	}
	return NULL;
}

/* libseccomp's tables come first: a newer libseccomp may know what this list knows. */
static bool newer_number(const char *name, unsigned int arch, int *ret_number)
{
	const struct newer *entry = newer_find(name);

	/* libseccomp translates numbers by name, which it can't for what it does not know. */
	if (!entry || arch != arch_native() || !arch_get(arch)->generic)
		return false;
	if (entry->only && entry->only != arch_get(arch)->token)
		return false;
	*ret_number = entry->number;
	return true;
}

bool syscall_known(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR || newer_find(name);
}

bool syscall_rule_number(const char *name, unsigned int arch, int *ret_number)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR)
		return newer_number(name, arch, ret_number);
	*ret_number = number;
	return true;
}

bool syscall_age(const char *name, unsigned int arch, uint32_t *ret_number)
{
	int number = seccomp_syscall_resolve_name_arch(arch_get(arch)->token, name);

	if (number == __NR_SCMP_ERROR && !newer_number(name, arch, &number))
		return false;
	if (number < 0)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

/* The number that a multiplexed syscall has besides: libseccomp only tells the name of a number. */
static bool direct_number(const char *name, unsigned int arch, uint32_t *ret_number)
{
	char buffer[64];

	for (uint32_t number = 0; number < NUMBERS_SEARCHED; number++) {
		const char *found = syscall_name(number, arch, buffer, sizeof(buffer));

		if (found && strcmp(found, name) == 0) {
			*ret_number = number;
			return true;
		}
	}
	return false;
}

bool syscall_multiplexed(const char *name, unsigned int arch, uint32_t *ret_number,
			 uint32_t *ret_call)
{
	int number = seccomp_syscall_resolve_name_arch(arch_get(arch)->token, name);
	const char *through;
	int base;

	if (number < PSEUDO_SOCKETCALL && number >= PSEUDO_SOCKETCALL - 20) {
		through = "socketcall";
		base = PSEUDO_SOCKETCALL;
	} else if (number < PSEUDO_IPC && number >= PSEUDO_IPC - 24) {
		through = "ipc";
		base = PSEUDO_IPC;
	} else {
		return false;
	}
	if (!syscall_age(through, arch, ret_number))
		return false;
	*ret_call = (uint32_t)(base - number);
	return true;
}

bool syscall_number(const char *name, unsigned int arch, uint32_t *ret_number)
{
	uint32_t through, call;

	if (syscall_multiplexed(name, arch, &through, &call))
		return direct_number(name, arch, ret_number);
	return syscall_age(name, arch, ret_number);
}

const char *syscall_name(uint32_t number, unsigned int arch, char *buffer, unsigned long size)
{
	char *found = NULL;

	if ((int)number >= 0)
		found = seccomp_syscall_resolve_num_arch(arch_get(arch)->token, (int)number);
	if (found) {
		snprintf(buffer, size, "%s", found);
		free(found);
		return buffer;
	}
	for (size_t i = 0; i < COUNT(newer); i++) {
		int candidate;

		if (newer_number(newer[i].name, arch, &candidate) &&
		    (uint32_t)candidate == number) {
			snprintf(buffer, size, "%s", newer[i].name);
			return buffer;
		}
	}
	return NULL;
}
