#include "seccomp/commands/describe.h"

#include "seccomp/names/argument_name.h"
#include "seccomp/profile/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>

void value_name_print(const char *call, unsigned int argument, uint64_t value,
		      const uint64_t *arguments)
{
	char text[160];

	argument_describe(call, argument, (uint32_t)value, arguments, text, sizeof(text));
	if (*text)
		printf(" (%s)", text);
}

void condition_print(const char *call, const struct condition *condition, const uint64_t *arguments)
{
	const bool masked = condition->comparison == SCMP_CMP_MASKED_EQ;
	const uint64_t value = masked ? condition->value_two : condition->value;

	printf("args[%u] ", condition->index);
	if (masked)
		printf("& 0x%" PRIx64 " ", condition->value);
	printf("%s 0x%" PRIx64, comparison_symbol(condition->comparison), value);
	if (masked || condition->comparison == SCMP_CMP_EQ || condition->comparison == SCMP_CMP_NE)
		value_name_print(call, condition->index, value, arguments);
}

static void test_print(const char *call, const struct test *test, const uint64_t *arguments)
{
	const char *half = test->high ? "high half of " : "", *comparison = "==";

	printf("%sargs[%u] ", half, test->argument);
	if (test->jump == BPF_JSET) {
		printf("& 0x%x != 0", test->mask & test->value);
		return;
	}
	if (test->jump == BPF_JGT)
		comparison = ">";
	if (test->jump == BPF_JGE)
		comparison = ">=";
	if (test->mask != UINT32_MAX)
		printf("& 0x%x ", test->mask);
	printf("%s 0x%x", comparison, test->value);
	if (!test->high && test->jump == BPF_JEQ)
		value_name_print(call, test->argument, test->value, arguments);
}

/* Does another test on the way say all that this one says of the word, as a search's do? */
static bool test_told(const struct path *path, size_t index)
{
	const struct test *test = &path->tests[index];

	for (size_t i = 0; i < path->test_count; i++) {
		const struct test *other = &path->tests[i];

		if (i == index || other->argument != test->argument || other->high != test->high ||
		    other->mask != UINT32_MAX)
			continue;
		if (other->jump == BPF_JEQ ||
		    (other->jump == BPF_JGE && test->jump == BPF_JGE && other->value > test->value))
			return true;
	}
	return false;
}

void path_print(const char *call, const struct path *path)
{
	uint64_t arguments[ARGUMENTS_MAX] = { 0 };
	const char *separator = " if ";

	for (size_t i = 0; i < path->test_count; i++) {
		const struct test *test = &path->tests[i];

		if (test->jump == BPF_JEQ && !test->high)
			arguments[test->argument] = test->value;
		if (test_told(path, i))
			continue;
		printf("%s", separator);
		test_print(call, test, arguments);
		separator = " and ";
	}
}
