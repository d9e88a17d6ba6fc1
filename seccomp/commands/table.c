#include "seccomp/commands/table.h"

#include "seccomp/names/arch.h"
#include "seccomp/names/arch_syscall.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS 98

void table_open(struct table *table, unsigned int arch)
{
	memset(table, 0, sizeof(*table));
	table->arch = arch;
	table->base = arch_get(arch)->token == SCMP_ARCH_X32 ? ARCH_X32_BIT : 0;
}

struct seccomp_data table_data(const struct table *table, uint32_t call)
{
	return (struct seccomp_data){ .nr = (int)(table->base + call),
				      .arch = arch_get(table->arch)->audit };
}

const char *table_name(const struct table *table, uint32_t call, char buffer[NAME_TEXT])
{
	return arch_syscall_name(table->arch, table->base + call, buffer, NAME_TEXT);
}

bool treatment_equal(const struct treatment *a, const struct treatment *b)
{
	return a->kind == b->kind && a->left == b->left && a->right == b->right;
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

/* Calls without names that are treated alike are one word, "470-511". Returns the last of them. */
static uint32_t nameless_print(const struct table *table, uint32_t first, size_t *column)
{
	char text[NAME_TEXT];
	uint32_t last = first;

	while (last + 1 < TABLE_NUMBERS &&
	       treatment_equal(&table->calls[last + 1], &table->calls[first]) &&
	       !table_name(table, last + 1, text))
		last++;
	if (first == last)
		snprintf(text, sizeof(text), "%" PRIu32, table->base + first);
	else
		snprintf(text, sizeof(text), "%" PRIu32 "-%" PRIu32, table->base + first,
			 table->base + last);
	word_print(text, column);
	return last;
}

static bool group_new(const struct table *table, uint32_t call)
{
	for (uint32_t i = 0; i < call; i++) {
		if (treatment_equal(&table->calls[i], &table->calls[call]))
			return false;
	}
	return table->calls[call].kind == TREATMENT_PLAIN;
}

void table_print(const struct table *table, void (*head)(const struct treatment *treatment))
{
	char name[NAME_TEXT];

	for (uint32_t first = 0; first < TABLE_NUMBERS; first++) {
		size_t column = COLUMNS;

		if (!group_new(table, first))
			continue;
		printf("  ");
		head(&table->calls[first]);
		printf(":");
		for (uint32_t i = first; i < TABLE_NUMBERS; i++) {
			if (!treatment_equal(&table->calls[i], &table->calls[first]))
				continue;
			if (table_name(table, i, name))
				word_print(name, &column);
			else
				i = nameless_print(table, i, &column);
		}
		printf("\n");
	}
}

bool table_foreign(const struct table *table, const struct filter *filter, uint32_t *ret_action)
{
	struct seccomp_data data = table_data(table, 0);

	*ret_action = program_run(&filter->program, &data).action;
	for (uint32_t i = 1; i < TABLE_NUMBERS; i++) {
		data = table_data(table, i);
		if (program_run(&filter->program, &data).action != *ret_action)
			return false;
	}
	/* a filter may do one thing for all of its own architecture's */
	return filter->arch != data.arch || table->base;
}
