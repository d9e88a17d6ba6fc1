/* diff: the system calls that two filters treat differently, found by running both. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/describe.h"
#include "seccomp/commands/input.h"
#include "seccomp/commands/report.h"
#include "seccomp/commands/table.h"
#include "seccomp/compiler/samples.h"
#include "seccomp/profile/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DIFFERENCES_MAX 16 /* pairs of actions that are told apart for one call */

/* What the two answer, and for what arguments. */
struct difference {
	struct treatment treatment;
	struct seccomp_data example;
};

struct comparison {
	const struct filter *left, *right;
	const char *left_name, *right_name;
	FILE *summary; /* what is said at the end: a part for each architecture that differs */
	struct table table;
	/* of the call that is looked at */
	struct samples samples;
	bool depends; /* on arguments: the two agree for some */
	struct difference differences[DIFFERENCES_MAX];
	size_t count;
};

/* --- one call ------------------------------------------------------------------------------- */

static void path_take(const struct path *path, void *context)
{
	struct comparison *comparison = context;

	for (size_t i = 0; i < path->test_count; i++) {
		const struct test *test = &path->tests[i];

		samples_add_word(&comparison->samples, test->argument, test->high,
				 test->value & test->mask);
		samples_add_word(&comparison->samples, test->argument, test->high,
				 test->value | ~test->mask);
	}
}

static void samples_collect(struct comparison *comparison, const struct seccomp_data *data)
{
	samples_reset(&comparison->samples);
	/* a program that is too complicated still gives the tests that were met until then */
	(void)paths_visit(&comparison->left->program, data, 0, path_take, comparison);
	(void)paths_visit(&comparison->right->program, data, 0, path_take, comparison);
}

static bool sample_compare(const struct seccomp_data *data, void *context)
{
	struct comparison *comparison = context;
	const struct treatment treatment = {
		.kind = TREATMENT_PLAIN,
		.left = program_run(&comparison->left->program, data).action,
		.right = program_run(&comparison->right->program, data).action,
	};

	if (treatment.left == treatment.right) {
		comparison->depends = true;
		return true;
	}
	for (size_t i = 0; i < comparison->count; i++) {
		if (treatment_equal(&comparison->differences[i].treatment, &treatment))
			return true;
	}
	if (comparison->count < DIFFERENCES_MAX)
		comparison->differences[comparison->count++] =
			(struct difference){ .treatment = treatment, .example = *data };
	return true;
}

static struct treatment call_compare(struct comparison *comparison, uint32_t call)
{
	struct seccomp_data data = table_data(&comparison->table, call);

	comparison->count = 0;
	comparison->depends = false;
	samples_collect(comparison, &data);
	(void)samples_visit(&comparison->samples, &data, sample_compare, comparison);
	if (!comparison->count)
		return (struct treatment){ .kind = TREATMENT_SAME };
	if (comparison->depends || comparison->count > 1)
		return (struct treatment){ .kind = TREATMENT_DEPENDS };
	return comparison->differences[0].treatment;
}

/* --- one architecture ----------------------------------------------------------------------- */

static void treatment_print(const struct treatment *treatment)
{
	char text[ACTION_TEXT];

	action_describe(treatment->left, text, sizeof(text));
	printf("A: %s, ", text);
	action_describe(treatment->right, text, sizeof(text));
	printf("B: %s", text);
}

/* A call that differs for some arguments: looked at again, with an example of each difference. */
static void depending_print(struct comparison *comparison, uint32_t call)
{
	char buffer[NAME_TEXT];
	const char *name = table_name(&comparison->table, call, buffer);

	(void)call_compare(comparison, call);
	for (size_t i = 0; i < comparison->count; i++) {
		const struct difference *difference = &comparison->differences[i];
		const uint64_t *arguments = (const uint64_t *)difference->example.args;
		const char *separator = ", as for ";

		if (name)
			printf("    %s: ", name);
		else
			printf("    %d: ", difference->example.nr);
		treatment_print(&difference->treatment);
		for (unsigned int j = 0; j < ARGUMENTS_MAX; j++) {
			if (comparison->samples.counts[j][0] < 2 &&
			    comparison->samples.counts[j][1] < 2)
				continue;
			printf("%sargs[%u] = 0x%" PRIx64, separator, j, arguments[j]);
			value_name_print(name, j, arguments[j], arguments);
			separator = ", ";
		}
		printf("\n");
	}
}

static void table_compare(struct comparison *comparison)
{
	const struct table *table = &comparison->table;
	size_t differing = 0, depending = 0;
	char name[NAME_TEXT];

	table_print(table, treatment_print);
	for (uint32_t i = 0; i < TABLE_NUMBERS; i++) {
		if (table->calls[i].kind != TREATMENT_SAME && table_name(table, i, name))
			differing++;
		if (table->calls[i].kind != TREATMENT_DEPENDS)
			continue;
		if (depending++ == 0)
			printf("  depending on arguments:\n");
		depending_print(comparison, i);
	}
	fprintf(comparison->summary, "%zu system calls of %s", differing,
		arch_get(table->arch)->machine);
	if (depending)
		fprintf(comparison->summary, " (%zu depending on arguments)", depending);
}

/* Where one of the two has one answer for all of an architecture, there is no need for a list. */
static bool foreign_print(const struct comparison *comparison, const struct filter *filter,
			  const char *name, const char *other)
{
	char text[ACTION_TEXT];
	uint32_t action;

	if (!table_foreign(&comparison->table, filter, &action))
		return false;
	action_describe(action, text, sizeof(text));
	printf("  %s: %s, whatever the system call is; %s: by its own rules\n", name, text, other);
	return true;
}

static void arch_compare(struct comparison *comparison, unsigned int arch)
{
	struct table *table = &comparison->table;
	const char *machine = arch_get(arch)->machine;
	size_t alike = 0, same = 0;

	table_open(table, arch);
	for (uint32_t i = 0; i < TABLE_NUMBERS; i++) {
		table->calls[i] = call_compare(comparison, i);
		alike += treatment_equal(&table->calls[i], &table->calls[0]);
		same += table->calls[i].kind == TREATMENT_SAME;
	}
	if (same == TABLE_NUMBERS)
		return;
	if (ftell(comparison->summary) == 0)
		printf("A: %s\nB: %s\n", comparison->left_name, comparison->right_name);
	else
		fprintf(comparison->summary, ", ");
	printf("%s:\n", machine);
	if (alike == TABLE_NUMBERS && table->calls[0].kind == TREATMENT_PLAIN) {
		printf("  ");
		treatment_print(&table->calls[0]);
		printf(", whatever the system call is\n");
	} else if (!foreign_print(comparison, comparison->left, "A", "B") &&
		   !foreign_print(comparison, comparison->right, "B", "A")) {
		table_compare(comparison);
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
