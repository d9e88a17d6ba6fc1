/* filter_file.h: a compiled filter as it is stored: what drop-seccomp writes and drop-init loads.
 *
 * One header, then count instructions, and nothing behind them. Everything is in the byte order of
 * the machine that audit_arch names, which is where the filter can be loaded at all.
 */
#ifndef FILTER_FILE_H
#define FILTER_FILE_H

#include <linux/filter.h>
#include <stdint.h>

#define FILTER_FILE_MAGIC   "drop-bpf"
#define FILTER_FILE_VERSION 1

struct filter_file_header {
	char magic[8]; /* FILTER_FILE_MAGIC, without a terminator */
	uint32_t version;
	uint32_t audit_arch; /* AUDIT_ARCH_* of the machine that the filter is for */
	uint32_t flags;	     /* SECCOMP_FILTER_FLAG_* that the profile asks for */
	uint32_t count;	     /* instructions that follow, 1 to BPF_MAXINSNS (4096) */
	uint32_t checksum;   /* FNV-1a (32 bits) over the instructions' bytes */
	char name[36];	     /* the profile's name for messages, NUL-terminated and padded */
};

_Static_assert(sizeof(struct filter_file_header) == 64, "no padding in a stored format");

#endif
