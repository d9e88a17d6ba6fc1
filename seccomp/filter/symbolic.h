/* symbolic.h: what a program does with one syscall, whatever its arguments are: a list of cases. */
#ifndef SYMBOLIC_H
#define SYMBOLIC_H

#include "seccomp/filter/program.h"

#define PATH_TESTS_MAX 64

/* A test of one half of an argument: (half & mask) COMPARISON value. */
struct test {
	unsigned int argument;
	bool high;
	uint32_t mask, value;
	uint16_t jump; /* BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET */
};

/* The cases come in an order in which the first one whose tests all hold is the right one; so those
 * tests that must fail for a case to be reached need not be listed.
 */
struct path {
	struct test tests[PATH_TESTS_MAX];
	size_t test_count;
	uint32_t action;
	size_t index; /* of the instruction that returns it */
};

typedef void path_visitor(const struct path *path, void *context);

/* Call visit for each case, for the syscall in data and those arguments in it that are given, as a
 * mask. False when the program computes in ways that this does not follow (no
 * compiler of filters does), or there are too many cases; some may have been visited by then.
 */
bool paths_visit(const struct sock_fprog *program, const struct seccomp_data *data,
		 unsigned int given, path_visitor *visit, void *context);

#endif
