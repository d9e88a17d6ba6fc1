/* diff: the syscalls that two filters treat differently, found by running both. */
#include "seccomp/commands.h"
#include "seccomp/input.h"
#include "seccomp/paths.h"
#include "seccomp/points.h"
#include "seccomp/say.h"
#include "seccomp/syscalls.h"
#include "seccomp/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTION_TEXT	 80
#define NAME_TEXT	 64
#define NUMBERS_COMPARED 1024
#define DIFFERENCES_MAX	 16 /* pairs of actions that are told apart for one syscall */
#define HALF_VALUES_MAX	 256

struct difference {
	uint32_t left, right;
	struct seccomp_data example;
};

/* Values of one half of an argument that tests compare with, and their neighbours. */
struct half {
	uint32_t values[HALF_VALUES_MAX];
	size_t count;
};

struct comparison {
	const struct program *left, *right;
	struct half halves[ARGUMENTS_MAX][2]; /* low, high */
	struct points points;
	bool depends; /* on arguments: the two agree for some */
	struct difference differences[DIFFERENCES_MAX];
	size_t count;
};

/* A run of numbers without names that differ in the same way. */
struct run {
	uint32_t first, length;
	struct difference difference;
};

static void half_add(struct half *half, uint32_t value)
{
	for (size_t i = 0; i < half->count; i++) {
		if (half->values[i] == value)
			return;
	}
	if (half->count < HALF_VALUES_MAX)
		half->values[half->count++] = value;
}

static void test_take(const struct test *test, void *context)
{
	struct comparison *comparison = context;
	struct half *half = &comparison->halves[test->argument][test->high];
	uint32_t value = test->value & test->mask;

	half_add(half, value);
	half_add(half, value - 1);
	half_add(half, value + 1);
	half_add(half, value | ~test->mask);
}

/* Filters test halves, and it takes both halves of an argument to get past a test of all of it. */
static void halves_join(struct comparison *comparison, unsigned int argument)
{
	struct half *low = &comparison->halves[argument][0];
	struct half *high = &comparison->halves[argument][1];

	if (!low->count && !high->count)
		return;
	half_add(low, 0);
	half_add(low, UINT32_MAX);
	half_add(high, 0);
	half_add(high, UINT32_MAX);
	for (size_t i = 0; i < low->count; i++) {
		for (size_t j = 0; j < high->count; j++)
			points_add_value(&comparison->points, argument,
					 (uint64_t)high->values[j] << 32 | low->values[i]);
	}
}

static void points_collect(struct comparison *comparison, const struct seccomp_data *data)
{
	memset(comparison->halves, 0, sizeof(comparison->halves));
	points_reset(&comparison->points);
	/* a program that is too complicated still gives the tests that were met until then */
	(void)tests_visit(comparison->left, data, test_take, comparison);
	(void)tests_visit(comparison->right, data, test_take, comparison);
	for (unsigned int i = 0; i < ARGUMENTS_MAX; i++)
		halves_join(comparison, i);
}

static bool point_compare(const struct seccomp_data *data, void *context)
{
	struct comparison *comparison = context;
	uint32_t left = program_run(comparison->left, data, NULL);
	uint32_t right = program_run(comparison->right, data, NULL);

	if (left == right) {
		comparison->depends = true;
		return true;
	}
	for (size_t i = 0; i < comparison->count; i++) {
		if (comparison->differences[i].left == left &&
		    comparison->differences[i].right == right)
			return true;
	}
	if (comparison->count < DIFFERENCES_MAX)
		comparison->differences[comparison->count++] =
			(struct difference){ .left = left, .right = right, .example = *data };
	return true;
}

static void number_compare(struct comparison *comparison, uint32_t audit, uint32_t number)
{
	struct seccomp_data data = { .nr = (int)number, .arch = audit };

	comparison->count = 0;
	comparison->depends = false;
	points_collect(comparison, &data);
	(void)points_visit(&comparison->points, &data, point_compare, comparison);
	if (comparison->count > 1)
		comparison->depends = true;
}

static void actions_print(const struct difference *difference)
{
	char left[ACTION_TEXT], right[ACTION_TEXT];

	action_describe(difference->left, left, sizeof(left));
	action_describe(difference->right, right, sizeof(right));
	printf("%s | %s", left, right);
}

static void differences_print(const struct comparison *comparison, const char *machine,
			      const char *name)
{
	for (size_t i = 0; i < comparison->count; i++) {
		const struct difference *difference = &comparison->differences[i];
		const char *separator = ", as for args";

		printf("%s %s: ", machine, name);
		actions_print(difference);
		for (unsigned int j = 0; comparison->depends && j < ARGUMENTS_MAX; j++) {
			if (comparison->points.counts[j] < 2)
				continue;
			printf("%s[%u] = 0x%" PRIx64, separator, j,
			       (uint64_t)difference->example.args[j]);
			separator = ", args";
		}
		printf("\n");
	}
}

static void run_print(struct run *run, const char *machine)
{
	if (run->length == 1)
		printf("%s syscall %" PRIu32 ": ", machine, run->first);
	else if (run->length)
		printf("%s syscalls %" PRIu32 " to %" PRIu32 ": ", machine, run->first,
		       run->first + run->length - 1);
	if (run->length) {
		actions_print(&run->difference);
		printf("\n");
	}
	run->length = 0;
}

/* Put a nameless number into the run, which is printed first if it is of another kind. */
static void run_extend(struct run *run, uint32_t number, const struct difference *difference,
		       const char *machine)
{
	if (run->length &&
	    (run->first + run->length != number || run->difference.left != difference->left ||
	     run->difference.right != difference->right))
		run_print(run, machine);
	if (!run->length)
		*run = (struct run){ .first = number, .difference = *difference };
	run->length++;
}

/* Does the whole architecture get one thing from the one and one other thing from the other? */
static bool arch_differs_whole(struct comparison *comparison, unsigned int arch, uint32_t base,
			       struct difference *ret_difference)
{
	struct difference first = { 0 };

	for (uint32_t i = base; i < base + NUMBERS_COMPARED; i++) {
		number_compare(comparison, arch_get(arch)->audit, i);
		if (comparison->count != 1 || comparison->depends)
			return false;
		if (i == base)
			first = comparison->differences[0];
		if (comparison->differences[0].left != first.left ||
		    comparison->differences[0].right != first.right)
			return false;
	}
	*ret_difference = first;
	return true;
}

static void numbers_compare(struct comparison *comparison, unsigned int arch, uint32_t base)
{
	const struct arch *which = arch_get(arch);
	struct run run = { 0 };
	char name[NAME_TEXT];

	for (uint32_t i = base; i < base + NUMBERS_COMPARED; i++) {
		const char *known = syscall_name(i, arch, name, sizeof(name));

		number_compare(comparison, which->audit, i);
		if (!known && comparison->count == 1 && !comparison->depends) {
			run_extend(&run, i, &comparison->differences[0], which->machine);
			continue;
		}
		if (!comparison->count)
			continue;
		run_print(&run, which->machine);
		if (!known)
			snprintf(name, sizeof(name), "syscall %" PRIu32, i);
		differences_print(comparison, which->machine, name);
	}
	run_print(&run, which->machine);
}

static void arch_compare(struct comparison *comparison, unsigned int arch)
{
	uint32_t base = arch_get(arch)->token == SCMP_ARCH_X32 ? ARCH_X32_BIT : 0;
	struct difference difference;

	if (!arch_differs_whole(comparison, arch, base, &difference)) {
		numbers_compare(comparison, arch, base);
		return;
	}
	printf("%s, all syscalls: ", arch_get(arch)->machine);
	actions_print(&difference);
	printf("\n");
}

static bool programs_compare(const struct program *left, const struct program *right)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));

	if (!comparison) {
		say("diff: out of memory");
		return false;
	}
	comparison->left = left;
	comparison->right = right;
	for (unsigned int i = 0; i < arch_count(); i++)
		arch_compare(comparison, i);
	free(comparison);
	return true;
}

int command_diff(const struct command_line *line)
{
	struct loaded left, right;
	bool done = input_load(line->operands[0], &line->target, &left);

	/* both, so that what is wrong with either is said at once */
	done = input_load(line->operands[1], &line->target, &right) && done;
	if (done)
		done = programs_compare(&left.filter.program, &right.filter.program);
	loaded_free(&left);
	loaded_free(&right);
	return done ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
