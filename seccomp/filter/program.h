/* program.h: a seccomp filter's program: checked as the kernel checks it, and run as it runs it.
 *
 * drop-init and drop-seccomp share this. See bpf_check_classic() and seccomp_check_filter() in the
 * kernel, and struct seccomp_data in seccomp(2).
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a filter finds the words of a call; of an argument the lower one (all of an int), and the
 * upper one.
 */
#define FILTER_NUMBER		((uint32_t)offsetof(struct seccomp_data, nr))
#define FILTER_MACHINE		((uint32_t)offsetof(struct seccomp_data, arch))
#define FILTER_ARGUMENTS	((uint32_t)offsetof(struct seccomp_data, args))
#define FILTER_ARGUMENT(n)	(FILTER_ARGUMENTS + 8 * (uint32_t)(n) + 4 * FILTER_BIG_ENDIAN)
#define FILTER_ARGUMENT_HIGH(n) (FILTER_ARGUMENTS + 8 * (uint32_t)(n) + 4 * !FILTER_BIG_ENDIAN)
#define FILTER_BIG_ENDIAN	(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

#define ARGUMENTS_MAX 6

/* What a program says of one call, and what that rested on. */
struct program_result {
	uint32_t action; /* SECCOMP_RET_* with its data */
	size_t index;	 /* of the instruction that said so */
	int argument;	 /* the last argument that was looked at, -1: none */
	bool wide;	 /* its upper 32 bits were looked at too */
};

/* Would the kernel take it? 0, or the index of the first instruction that it would not take plus
 * one; a program of no instruction, or too many, or that runs off its end counts as its last.
 */
size_t program_check(const struct sock_fprog *program);

/* Run a checked program. */
struct program_result program_run(const struct sock_fprog *program,
				  const struct seccomp_data *data);

/* Does a conditional jump (BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET) take its first way? */
bool program_jumps(uint16_t operation, uint32_t left, uint32_t right);

/* The calls without which nothing can be started under a filter, nor end; NULL ends the list. */
extern const char *const program_start_calls[];

/* Does a checked program let a call of an architecture (AUDIT_ARCH_*) happen, whatever its
 * arguments are?
 */
bool program_allows(const struct sock_fprog *program, uint32_t arch, uint32_t number);

#endif
