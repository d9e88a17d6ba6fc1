/* diff: the system calls that two filters treat differently, found by running both. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/describe.h"
#include "seccomp/commands/input.h"
#include "seccomp/commands/report.h"
#include "seccomp/compiler/samples.h"
#include "seccomp/names/arch_syscall.h"
#include "seccomp/profile/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_COMPARED 1024
#define DIFFERENCES_MAX	 16 /* pairs of actions that are told apart for one call */
#define HALF_VALUES_MAX	 256
#define COLUMNS		 98

/* What the two answer, and for what arguments. */
struct difference {
	uint32_t left, right;
	struct seccomp_data example;
};

/* Values of one half of an argument that tests compare with, and their neighbours. */
struct half {
	uint32_t values[HALF_VALUES_MAX];
	size_t count;
};

/* What became of one number. */
struct result {
	enum { RESULT_SAME, RESULT_DIFFERS, RESULT_DEPENDS } kind;
	uint32_t left, right; /* with RESULT_DIFFERS */
};

struct comparison {
	const struct filter *left, *right;
	struct half halves[ARGUMENTS_MAX][2]; /* low, high */
	struct samples samples;
	bool depends; /* on arguments: the two agree for some */
	struct difference differences[DIFFERENCES_MAX];
	size_t count;
	struct result results[NUMBERS_COMPARED]; /* of one architecture */
	const char *left_name, *right_name;
	FILE *summary; /* what is said at the end: a part for each architecture that differs */
};

/* --- one number ----------------------------------------------------------------------------- */

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
			samples_add_value(&comparison->samples, argument,
					  (uint64_t)high->values[j] << 32 | low->values[i]);
	}
}

static void samples_collect(struct comparison *comparison, const struct seccomp_data *data)
{
	memset(comparison->halves, 0, sizeof(comparison->halves));
	samples_reset(&comparison->samples);
	/* a program that is too complicated still gives the tests that were met until then */
	(void)tests_visit(&comparison->left->program, data, test_take, comparison);
	(void)tests_visit(&comparison->right->program, data, test_take, comparison);
	for (unsigned int i = 0; i < ARGUMENTS_MAX; i++)
		halves_join(comparison, i);
}

static bool sample_compare(const struct seccomp_data *data, void *context)
{
	struct comparison *comparison = context;
	uint32_t left = program_run(&comparison->left->program, data).action;
	uint32_t right = program_run(&comparison->right->program, data).action;

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

static struct result number_compare(struct comparison *comparison, unsigned int arch,
				    uint32_t number)
{
	struct seccomp_data data = { .nr = (int)number, .arch = arch_get(arch)->audit };

	comparison->count = 0;
	comparison->depends = false;
	samples_collect(comparison, &data);
	(void)samples_visit(&comparison->samples, &data, sample_compare, comparison);
	if (!comparison->count)
		return (struct result){ .kind = RESULT_SAME };
	if (comparison->depends || comparison->count > 1)
		return (struct result){ .kind = RESULT_DEPENDS };
	return (struct result){ .kind = RESULT_DIFFERS,
				.left = comparison->differences[0].left,
				.right = comparison->differences[0].right };
}

/* --- one architecture ----------------------------------------------------------------------- */

static bool result_equal(const struct result *a, const struct result *b)
{
	return a->kind == b->kind && a->left == b->left && a->right == b->right;
}

static void actions_print(uint32_t left, uint32_t right)
{
	char text[ACTION_TEXT];

	action_describe(left, text, sizeof(text));
	printf("A: %s, ", text);
	action_describe(right, text, sizeof(text));
	printf("B: %s", text);
}

static void word_print(const char *word, size_t *column)
{
	const size_t length = strlen(word) + 1;

	if (*column + length > COLUMNS) {
		printf("\n   ");
		*column = 3;
	}
	printf(" %s", word);
	*column += length;
}

/* Numbers without names that differ alike are one word, "470-511". Returns the last of them. */
static uint32_t nameless_print(const struct comparison *comparison, unsigned int arch,
			       uint32_t base, uint32_t first, size_t *column)
{
	char text[NAME_TEXT];
	uint32_t last = first;

	while (last + 1 < NUMBERS_COMPARED &&
	       result_equal(&comparison->results[last + 1], &comparison->results[first]) &&
	       !arch_syscall_name(arch, base + last + 1, text, sizeof(text)))
		last++;
	if (first == last)
		snprintf(text, sizeof(text), "%" PRIu32, base + first);
	else
		snprintf(text, sizeof(text), "%" PRIu32 "-%" PRIu32, base + first, base + last);
	word_print(text, column);
	return last;
}

/* All numbers that differ as one of them does. */
static void group_print(const struct comparison *comparison, unsigned int arch, uint32_t base,
			uint32_t first)
{
	const struct result *result = &comparison->results[first];
	char name[NAME_TEXT];
	size_t column = COLUMNS;

	printf("  ");
	actions_print(result->left, result->right);
	printf(":");
	for (uint32_t i = first; i < NUMBERS_COMPARED; i++) {
		if (!result_equal(&comparison->results[i], result))
			continue;
		if (arch_syscall_name(arch, base + i, name, sizeof(name)))
			word_print(name, &column);
		else
			i = nameless_print(comparison, arch, base, i, &column);
	}
	printf("\n");
}

static bool group_new(const struct comparison *comparison, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++) {
		if (result_equal(&comparison->results[i], &comparison->results[number]))
			return false;
	}
	return comparison->results[number].kind == RESULT_DIFFERS;
}

/* A number that differs for some arguments: looked at again, with an example of each difference. */
static void depending_print(struct comparison *comparison, unsigned int arch, uint32_t number)
{
	char buffer[NAME_TEXT];
	const char *name = arch_syscall_name(arch, number, buffer, sizeof(buffer));

	(void)number_compare(comparison, arch, number);
	for (size_t i = 0; i < comparison->count; i++) {
		const struct difference *difference = &comparison->differences[i];
		const uint64_t *arguments = (const uint64_t *)difference->example.args;
		const char *separator = ", as for ";

		if (name)
			printf("    %s: ", name);
		else
			printf("    %" PRIu32 ": ", number);
		actions_print(difference->left, difference->right);
		for (unsigned int j = 0; j < ARGUMENTS_MAX; j++) {
			if (comparison->samples.counts[j] < 2)
				continue;
			printf("%sargs[%u] = 0x%" PRIx64, separator, j, arguments[j]);
			value_name_print(name, j, arguments[j], arguments);
			separator = ", ";
		}
		printf("\n");
	}
}

static void results_print(struct comparison *comparison, unsigned int arch, uint32_t base)
{
	size_t differing = 0, depending = 0;
	char name[NAME_TEXT];

	for (uint32_t i = 0; i < NUMBERS_COMPARED; i++) {
		const struct result *result = &comparison->results[i];

		if (group_new(comparison, i))
			group_print(comparison, arch, base, i);
		depending += result->kind == RESULT_DEPENDS;
		differing += result->kind != RESULT_SAME &&
			     arch_syscall_name(arch, base + i, name, sizeof(name));
	}
	if (depending)
		printf("  depending on arguments:\n");
	for (uint32_t i = 0; i < NUMBERS_COMPARED; i++) {
		if (comparison->results[i].kind == RESULT_DEPENDS)
			depending_print(comparison, arch, base + i);
	}
	fprintf(comparison->summary, "%zu system calls of %s", differing, arch_get(arch)->machine);
	if (depending)
		fprintf(comparison->summary, " (%zu depending on arguments)", depending);
}

/* Does a filter give every call of an architecture that is not its own one answer? */
static bool arch_foreign(const struct filter *filter, unsigned int arch, uint32_t base,
			 uint32_t *ret_action)
{
	struct seccomp_data data = { .nr = (int)base, .arch = arch_get(arch)->audit };

	*ret_action = program_run(&filter->program, &data).action;
	for (uint32_t i = 0; i < NUMBERS_COMPARED; i++) {
		data.nr = (int)(base + i);
		if (program_run(&filter->program, &data).action != *ret_action)
			return false;
	}
	return filter->arch != data.arch || base;
}

static bool foreign_print(const struct filter *filter, const char *name, const char *other,
			  unsigned int arch, uint32_t base)
{
	char text[ACTION_TEXT];
	uint32_t action;

	if (!arch_foreign(filter, arch, base, &action))
		return false;
	action_describe(action, text, sizeof(text));
	printf("  %s: %s, whatever the system call is; %s: by its own rules\n", name, text, other);
	return true;
}

static void arch_compare(struct comparison *comparison, unsigned int arch)
{
	const uint32_t base = arch_get(arch)->token == SCMP_ARCH_X32 ? ARCH_X32_BIT : 0;
	const struct result *first = &comparison->results[0];
	const char *machine = arch_get(arch)->machine;
	size_t alike = 0, same = 0;

	for (uint32_t i = 0; i < NUMBERS_COMPARED; i++) {
		comparison->results[i] = number_compare(comparison, arch, base + i);
		alike += result_equal(&comparison->results[i], first);
		same += comparison->results[i].kind == RESULT_SAME;
	}
	if (same == NUMBERS_COMPARED)
		return;
	if (ftell(comparison->summary) == 0)
		printf("A: %s\nB: %s\n", comparison->left_name, comparison->right_name);
	else
		fprintf(comparison->summary, ", ");
	printf("%s:\n", machine);
	if (alike == NUMBERS_COMPARED && first->kind == RESULT_DIFFERS) {
		printf("  ");
		actions_print(first->left, first->right);
		printf(", whatever the system call is\n");
	} else if (!foreign_print(comparison->left, "A", "B", arch, base) &&
		   !foreign_print(comparison->right, "B", "A", arch, base)) {
		results_print(comparison, arch, base);
		return;
	}
	fprintf(comparison->summary, "all of %s", machine);
}

static int filters_compare(const struct command_line *line, const struct filter *left,
			   const struct filter *right)
{
	struct comparison *comparison = calloc(1, sizeof(*comparison));
	size_t length = 0;
	char *text = NULL;
	FILE *summary = open_memstream(&text, &length);

	if (comparison && summary) {
		*comparison = (struct comparison){
			.left = left,
			.right = right,
			.left_name = line->operands[0],
			.right_name = line->operands[1],
			.summary = summary,
		};
		for (unsigned int i = 0; i < arch_count(); i++)
			arch_compare(comparison, i);
	}
	free(comparison);
	if (!comparison || !summary || fclose(summary) != 0) {
		report("diff: out of memory");
		free(text);
		return EXIT_OWN_FAILURE;
	}
	if (length)
		printf("different: %s\n", text);
	free(text);
	return length ? EXIT_DIFFERENT : EXIT_SUCCESS;
}

int command_diff(const struct command_line *line)
{
	struct input left, right;
	/* both, so that what is wrong with either is said at once */
	bool done = input_load(line->operands[0], &line->target, line->strict, &left);
	int status = EXIT_OWN_FAILURE;

	done = input_load(line->operands[1], &line->target, line->strict, &right) && done;
	if (done)
		status = filters_compare(line, &left.filter, &right.filter);
	input_free(&left);
	input_free(&right);
	return status;
}
