/* filter_file.h: compiled filters as they are stored: drop-seccomp writes them, drop-init loads
 * them.
 *
 * One header, then count instructions, and nothing behind them. Everything is in the byte order of
 * the machine that audit_arch names, which is where the filter can be loaded at all.
 */
#ifndef FILTER_FILE_H
#define FILTER_FILE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_FILE_MAGIC   "drop-bpf"
#define FILTER_FILE_VERSION 1
#define FILTER_FILE_MAXIMUM                                                                        \
	(sizeof(struct filter_file_header) + BPF_MAXINSNS * sizeof(struct sock_filter))

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

/* A filter: the program and what belongs to it. Nothing in it is owned. */
struct filter {
	struct sock_fprog program; /* len 0: no filter */
	uint32_t arch;		   /* AUDIT_ARCH_* that it is for */
	uint32_t flags;		   /* SECCOMP_FILTER_FLAG_* that the profile asks for */
	const char *name;	   /* of the profile, for messages */
};

/* A file's header, for a filter that goes behind it; a name that is too long is cut. */
struct filter_file_header filter_header(const struct filter *filter);

/* Do these bytes start like a filter's? */
bool filter_recognize(const void *bytes, size_t length);

/* Read a filter from bytes, which are aligned to 4 and which it then refers to. NULL, or what is
 * wrong: it is no filter, or damaged, or none that the kernel would take.
 */
const char *filter_decode(const void *bytes, size_t length, struct filter *ret_filter);

#endif
