/* show: a filter as text: what it does with each syscall, and its instructions. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/describe.h"
#include "seccomp/commands/input.h"
#include "seccomp/names/arch_syscall.h"
#include "seccomp/profile/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_SHOWN 512
#define COLUMNS	      98

/* What one syscall gets: the action when it has only one case. */
struct summary {
	uint32_t action;
	size_t cases;
};

struct table {
	struct summary numbers[NUMBERS_SHOWN];
	const struct filter *filter;
	unsigned int arch;
	uint32_t base; /* x32's bit, or 0 */
};

/* What the cases of one call are printed with. */
struct cases {
	const char *name; /* of the call, or NULL */
	size_t count;	  /* printed so far */
};

static void case_count(const struct path *path, void *context)
{
	struct summary *summary = context;

	summary->action = path->action;
	summary->cases++;
}

static struct seccomp_data table_data(const struct table *table, uint32_t number)
{
	return (struct seccomp_data){ .nr = (int)(number | table->base),
				      .arch = arch_get(table->arch)->audit };
}

static bool table_fill(struct table *table)
{
	for (uint32_t i = 0; i < NUMBERS_SHOWN; i++) {
		struct seccomp_data data = table_data(table, i);

		table->numbers[i] = (struct summary){ 0 };
		if (!paths_visit(&table->filter->program, &data, 0, case_count, &table->numbers[i]))
			return false;
	}
	return true;
}

static const char *table_name(const struct table *table, uint32_t number, char *buffer)
{
	return arch_syscall_name(table->arch, number | table->base, buffer, NAME_TEXT);
}

/* The names of all syscalls with one action and nothing else, wrapped. */
static void action_print(const struct table *table, uint32_t action)
{
	char text[ACTION_TEXT], name[NAME_TEXT];
	size_t column = COLUMNS;

	action_describe(action, text, sizeof(text));
	printf("  %s:", text);
	for (uint32_t i = 0; i < NUMBERS_SHOWN; i++) {
		if (table->numbers[i].cases != 1 || table->numbers[i].action != action ||
		    !table_name(table, i, name))
			continue;
		column += strlen(name) + 1;
		if (column > COLUMNS) {
			printf("\n   ");
			column = strlen(name) + 4;
		}
		printf(" %s", name);
	}
	printf("\n");
}

/* Is this the first syscall in the table with its action? */
static bool action_new(const struct table *table, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++) {
		if (table->numbers[i].cases == 1 &&
		    table->numbers[i].action == table->numbers[number].action)
			return false;
	}
	return table->numbers[number].cases == 1;
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

static void table_print(const struct table *table)
{
	for (uint32_t i = 0; i < NUMBERS_SHOWN; i++) {
		if (action_new(table, i))
			action_print(table, table->numbers[i].action);
	}
	for (uint32_t i = 0; i < NUMBERS_SHOWN; i++) {
		struct seccomp_data data = table_data(table, i);
		struct cases cases = { 0 };
		char name[NAME_TEXT];

		if (table->numbers[i].cases < 2)
			continue;
		cases.name = table_name(table, i, name);
		if (cases.name)
			printf("  %s, by the first of these that holds:\n", name);
		else
			printf("  syscall %u, by the first of these that holds:\n", i);
		(void)paths_visit(&table->filter->program, &data, 0, case_print, &cases);
	}
}

/* Does a filter treat an architecture as foreign: is every syscall killed, unseen? */
static bool arch_foreign(const struct filter *filter, unsigned int arch)
{
	struct table table = { .filter = filter,
			       .arch = arch,
			       .base = arch_get(arch)->token == SCMP_ARCH_X32 ? ARCH_X32_BIT : 0 };
	struct seccomp_data first = table_data(&table, 0);
	uint32_t action = program_run(&filter->program, &first).action;

	for (uint32_t i = 1; i < NUMBERS_SHOWN; i++) {
		struct seccomp_data data = table_data(&table, i);

		if (program_run(&filter->program, &data).action != action)
			return false;
	}
	/* a filter that lets its own architecture do everything has nothing else to show */
	return arch_get(arch)->audit != filter->arch || table.base;
}

static bool summary_print(const struct filter *filter)
{
	struct table *table = calloc(1, sizeof(*table));
	bool done = table != NULL;

	for (unsigned int i = 0; done && i < arch_count(); i++) {
		if (arch_foreign(filter, i))
			continue;
		table->filter = filter;
		table->arch = i;
		table->base = arch_get(i)->token == SCMP_ARCH_X32 ? ARCH_X32_BIT : 0;
		printf("\n%s:\n", arch_get(i)->machine);
		done = table_fill(table);
		if (done)
			table_print(table);
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
