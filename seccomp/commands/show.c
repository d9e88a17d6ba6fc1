/* show: a filter as text: what it does with each syscall, and its instructions. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/describe.h"
#include "seccomp/commands/input.h"
#include "seccomp/commands/table.h"
#include "seccomp/profile/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>

/* What is found out about a call, and what its cases are printed with. */
struct cases {
	uint32_t action;  /* the last one */
	const char *name; /* of the call, or NULL */
	size_t count;	  /* of the cases so far */
};

static void case_count(const struct path *path, void *context)
{
	struct cases *cases = context;

	cases->action = path->action;
	cases->count++;
}

static bool table_fill(struct table *table, const struct filter *filter)
{
	for (uint32_t i = 0; i < TABLE_NUMBERS; i++) {
		struct seccomp_data data = table_data(table, i);
		struct cases cases = { 0 };

		if (!paths_visit(&filter->program, &data, 0, case_count, &cases))
			return false;
		table->calls[i].kind = cases.count > 1 ? TREATMENT_DEPENDS : TREATMENT_PLAIN;
		table->calls[i].left = cases.count > 1 ? 0 : cases.action;
	}
	return true;
}

static void treatment_print(const struct treatment *treatment)
{
	char text[ACTION_TEXT];

	action_describe(treatment->left, text, sizeof(text));
	printf("%s", text);
}

static void case_print(const struct path *path, void *context)
{
	struct cases *cases = context;
	char action[ACTION_TEXT];

	action_describe(path->action, action, sizeof(action));
	printf("    %s", action);
	path_print(cases->name, path);
	printf("%s\n", path->test_count == 0 && cases->count ? " otherwise" : "");
	cases->count++;
}

static void cases_print(const struct table *table, const struct filter *filter)
{
	for (uint32_t i = 0; i < TABLE_NUMBERS; i++) {
		struct seccomp_data data = table_data(table, i);
		struct cases cases = { 0 };
		char name[NAME_TEXT];

		if (table->calls[i].kind != TREATMENT_DEPENDS)
			continue;
		cases.name = table_name(table, i, name);
		if (cases.name)
			printf("  %s, by the first of these that holds:\n", name);
		else
			printf("  syscall %d, by the first of these that holds:\n", data.nr);
		(void)paths_visit(&filter->program, &data, 0, case_print, &cases);
	}
}

static bool summary_print(const struct filter *filter)
{
	struct table *table = malloc(sizeof(*table));
	bool done = table != NULL;
	uint32_t action;

	for (unsigned int i = 0; done && i < arch_count(); i++) {
		table_open(table, i);
		if (table_foreign(table, filter, &action))
			continue;
		printf("\n%s:\n", arch_get(i)->machine);
		done = table_fill(table, filter);
		if (!done)
			break;
		table_print(table, treatment_print);
		cases_print(table, filter);
	}
	free(table);
	return done;
}

static void load_print(uint32_t offset)
{
	const unsigned int argument = (offset - FILTER_ARGUMENTS) / (unsigned int)sizeof(uint64_t);

	if (offset == FILTER_NUMBER)
		printf("load syscall number\n");
	else if (offset == FILTER_MACHINE)
		printf("load architecture\n");
	else if (offset < FILTER_ARGUMENTS)
		printf("load half of instruction pointer\n");
	else
		printf("load %s half of args[%u]\n",
		       offset == FILTER_ARGUMENT_HIGH(argument) ? "high" : "low", argument);
}

static void jump_print(const struct sock_filter *code, size_t at)
{
	static const char *const comparisons[] = {
		[BPF_JEQ >> 4] = "==",
		[BPF_JGT >> 4] = ">",
		[BPF_JGE >> 4] = ">=",
		[BPF_JSET >> 4] = "&",
	};

	if (BPF_OP(code->code) == BPF_JA)
		printf("go to %zu\n", at + 1 + code->k);
	else
		printf("if %s 0x%x go to %zu, else %zu\n", comparisons[BPF_OP(code->code) >> 4],
		       code->k, at + 1 + code->jt, at + 1 + code->jf);
}

static void instruction_print(const struct sock_filter *code, size_t at)
{
	char action[ACTION_TEXT];

	printf("  %4zu  ", at);
	if (code->code == (BPF_LD | BPF_W | BPF_ABS)) {
		load_print(code->k);
	} else if (code->code == (BPF_ALU | BPF_AND | BPF_K)) {
		printf("and 0x%x\n", code->k);
	} else if (code->code == (BPF_RET | BPF_K)) {
		action_describe(code->k, action, sizeof(action));
		printf("return %s\n", action);
	} else if (BPF_CLASS(code->code) == BPF_JMP && BPF_SRC(code->code) == BPF_K) {
		jump_print(code, at);
	} else {
		printf("code 0x%04x, k 0x%x, jt %u, jf %u\n", code->code, code->k, code->jt,
		       code->jf);
	}
}

static void filter_show(const struct filter *filter)
{
	char flags[256];
	unsigned int arch;

	flags_describe(filter->flags, flags, sizeof(flags));
	printf("name: %s\narchitecture: %s\nflags: %s\ninstructions: %u\n", filter->name,
	       arch_by_audit(filter->arch, &arch) ? arch_get(arch)->machine : "unknown", flags,
	       filter->program.len);
	if (!summary_print(filter))
		printf("\n(too complicated to be summed up)\n");
	printf("\ninstructions:\n");
	for (size_t i = 0; i < filter->program.len; i++)
		instruction_print(&filter->program.filter[i], i);
}

int command_show(const struct command_line *line)
{
	struct input input;
	bool done = input_load(line->operands[0], &line->target, line->strict, &input);

	if (done)
		filter_show(&input.filter);
	input_free(&input);
	return done ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
