#include "seccomp/names/arch.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ARCH(scmp, name, machine, narrow, base)                                                    \
	{                                                                                          \
		"SCMP_ARCH_" #scmp, name, machine, SCMP_ARCH_##scmp, SCMP_ARCH_##scmp, narrow,     \
			base                                                                       \
	}

/* libseccomp's tokens are the kernel's AUDIT_ARCH_… values, but for x32, which has none. */
static const struct arch table[] = {
	ARCH(X86_64, "amd64", "x86_64", false, 0),
	ARCH(X86, "x86", "i386", true, 0),
	{ "SCMP_ARCH_X32", "x32", "x32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64, true, ARCH_X32_BIT },
	ARCH(ARM, "arm", "armv7l", true, 0),
	ARCH(AARCH64, "arm64", "aarch64", false, 0),
	ARCH(MIPS, "mips", "mips", true, 4000),
	ARCH(MIPS64, "mips64", "mips64", false, 5000),
	ARCH(MIPS64N32, "mips64n32", "mipsn32", true, 6000),
	ARCH(MIPSEL, "mipsel", "mipsle", true, 4000),
	ARCH(MIPSEL64, "mipsel64", "mips64le", false, 5000),
	ARCH(MIPSEL64N32, "mipsel64n32", "mips3l64n32", true, 6000),
	ARCH(PPC, "ppc", "powerpc", true, 0),
	ARCH(PPC64, "ppc64", "powerpc64", false, 0),
	ARCH(PPC64LE, "ppc64le", "powerpc64le", false, 0),
	ARCH(S390, "s390", "s390", true, 0),
	ARCH(S390X, "s390x", "s390x", false, 0),
	ARCH(PARISC, "parisc", "hppa", true, 0),
	ARCH(PARISC64, "parisc64", "hppa64", false, 0),
	ARCH(RISCV64, "riscv64", "riscv64", false, 0),
	{ "SCMP_ARCH_LOONGARCH64", "loongarch64", "loong64", 0xc0000102, 0xc0000102, false, 0 },
};

const struct arch *arch_get(unsigned int index)
{
	return &table[index];
}

unsigned int arch_count(void)
{
	return COUNT(table);
}

bool arch_by_scmp(const char *word, unsigned int *ret_index)
{
	for (unsigned int i = 0; i < COUNT(table); i++) {
		if (strcmp(table[i].scmp, word) == 0) {
			*ret_index = i;
			return true;
		}
	}
	if (strcmp(word, "SCMP_ARCH_NATIVE") != 0)
		return false;
	*ret_index = arch_native();
	return true;
}

bool arch_by_name(const char *word, unsigned int *ret_index)
{
	for (unsigned int i = 0; i < COUNT(table); i++) {
		if (strcmp(table[i].name, word) == 0 || strcmp(table[i].machine, word) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

bool arch_by_audit(uint32_t audit, unsigned int *ret_index)
{
	for (unsigned int i = 0; i < COUNT(table); i++) {
		if (table[i].audit == audit) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

/* libseccomp's token for a native architecture is its kernel's value. */
unsigned int arch_native(void)
{
	unsigned int index = 0;

	(void)arch_by_audit(seccomp_arch_native(), &index);
	return index;
}
