/* program.h: a seccomp filter's program: checked as the kernel checks it, and run as it runs it. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_MAX 4096 /* BPF_MAXINSNS */

struct program {
	struct sock_filter *code; /* owned */
	size_t count;
};

/* Would the kernel take it? 0, or the index of the first instruction that it would not take plus
 * one; a program of no instruction, or too many, or that runs off its end counts as its last. See
 * bpf_check_classic() and seccomp_check_filter() in the kernel.
 */
size_t program_check(const struct program *program);

/* What a checked program returns for a syscall: an action, and in ret_index (which may be NULL) the
 * instruction that decided.
 */
uint32_t program_run(const struct program *program, const struct seccomp_data *data,
		     size_t *ret_index);

/* Does a conditional jump (BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET) take its first way? */
bool program_jumps(uint16_t operation, uint32_t left, uint32_t right);

void program_free(struct program *program);

#endif
