#include "seccomp/names/arch_syscall.h"

#include "seccomp/names/arch.h"
#include "seccomp/names/newer_syscalls.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PSEUDO_SOCKETCALL (-100) /* libseccomp: -101 to -120 are the calls 1 to 20 */
#define PSEUDO_IPC	  (-200) /* likewise -201 to -224 */
#define NUMBERS_SEARCHED  1024

static const struct newer {
	const char *name;
	uint32_t number;
	uint32_t only; /* SCMP_ARCH_…, or 0 */
} newer[] = {
#define X(name, number, only) { #name, number, only },
	NEWER_SYSCALLS(X)
#undef X
};

/* libseccomp's tables come first: a newer libseccomp may know what this list knows. */
static bool newer_number(const struct newer *entry, unsigned int arch, uint32_t *ret_number)
{
	if (entry->only && entry->only != arch_get(arch)->token)
		return false;
	*ret_number = entry->number + (entry->only ? 0 : arch_get(arch)->base);
	return true;
}

static const struct newer *newer_find(const char *name)
{
	for (size_t i = 0; i < COUNT(newer); i++) {
		if (strcmp(newer[i].name, name) == 0)
			return &newer[i];
	}
	return NULL;
}

bool syscall_exists(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR || newer_find(name);
}

const char *arch_obstacle(unsigned int arch)
{
	const uint32_t order = arch_get(arch)->audit ^ arch_get(arch_native())->audit;

	if (order & __AUDIT_ARCH_LE)
		return "its byte order is not this machine's";
	if (seccomp_syscall_resolve_name_arch(arch_get(arch)->token, "read") < 0)
		return "this libseccomp does not know its system calls";
	return NULL;
}

bool arch_syscall_age(unsigned int arch, const char *name, uint32_t *ret_number)
{
	int number = seccomp_syscall_resolve_name_arch(arch_get(arch)->token, name);
	const struct newer *entry;

	if (number == __NR_SCMP_ERROR) {
		entry = newer_find(name);
		return entry && newer_number(entry, arch, ret_number);
	}
	if (number < 0)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

/* The number that a multiplexed call has besides: libseccomp only tells the name of a number. */
static bool direct_number(unsigned int arch, const char *name, uint32_t *ret_number)
{
	char buffer[64];

	for (uint32_t number = 0; number < NUMBERS_SEARCHED; number++) {
		const char *found = arch_syscall_name(arch, number, buffer, sizeof(buffer));

		if (found && strcmp(found, name) == 0) {
			*ret_number = number;
			return true;
		}
	}
	return false;
}

bool arch_syscall_multiplexed(unsigned int arch, const char *name, uint32_t *ret_number,
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
	if (!arch_syscall_age(arch, through, ret_number))
		return false;
	*ret_call = (uint32_t)(base - number);
	return true;
}

bool arch_syscall_number(unsigned int arch, const char *name, uint32_t *ret_number)
{
	uint32_t through, call;

	if (arch_syscall_multiplexed(arch, name, &through, &call))
		return direct_number(arch, name, ret_number);
	return arch_syscall_age(arch, name, ret_number);
}

const char *arch_syscall_name(unsigned int arch, uint32_t number, char *buffer, size_t size)
{
	char *found = NULL;
	uint32_t candidate;

	if ((int)number >= 0)
		found = seccomp_syscall_resolve_num_arch(arch_get(arch)->token, (int)number);
	if (found) {
		snprintf(buffer, size, "%s", found);
		free(found);
		return buffer;
	}
	for (size_t i = 0; i < COUNT(newer); i++) {
		if (newer_number(&newer[i], arch, &candidate) && candidate == number) {
			snprintf(buffer, size, "%s", newer[i].name);
			return buffer;
		}
	}
	return NULL;
}
