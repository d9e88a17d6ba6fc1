/* arch.h: the architectures, by every name that they go by, as indexes into one table.
 *
 * A set of them is a mask with bit 1 << index.
 */
#ifndef ARCH_H
#define ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch {
	const char *scmp;    /* SCMP_ARCH_X86_64: in archMap and architectures */
	const char *name;    /* amd64: in includes and excludes */
	const char *machine; /* x86_64: what uname(2) and people say */
	uint32_t token;	     /* libseccomp's SCMP_ARCH_… */
	uint32_t audit;	     /* AUDIT_ARCH_…: what a filter sees; x86_64 and x32 share one */
	bool narrow;	     /* arguments are compared on 32 bits */
	uint32_t base;	     /* added to the numbers that, from 403 on, are the same everywhere */
};

#define ARCH_X32_BIT 0x40000000U /* set in the number of every x32 syscall */

/* The table's entry; index must be below arch_count(). */
const struct arch *arch_get(unsigned int index);
unsigned int arch_count(void);

/* By SCMP_ARCH_… ("SCMP_ARCH_NATIVE" included). False for an unknown name. */
bool arch_by_scmp(const char *word, unsigned int *ret_index);

/* By the names that Docker's includes and excludes use. */
bool arch_by_name(const char *word, unsigned int *ret_index);

/* By the kernel's value; the first entry that has it. */
bool arch_by_audit(uint32_t audit, unsigned int *ret_index);

/* This machine's. */
unsigned int arch_native(void);

#endif
