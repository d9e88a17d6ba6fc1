/* explain: what happens to one syscall, and who says so. */
#include "seccomp/commands.h"
#include "seccomp/input.h"
#include "seccomp/meaning.h"
#include "seccomp/paths.h"
#include "seccomp/say.h"
#include "seccomp/syscalls.h"
#include "seccomp/words.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTION_TEXT 80
#define TEST_TEXT   120

struct question {
	const char *name; /* of the syscall, as it was asked for */
	struct seccomp_data data;
	unsigned int given; /* which arguments, as a mask */
	unsigned int arch;
};

static bool number_parse(const char *text, uint64_t *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*ret_number = strtoull(text, &end, 0);
	return errno == 0 && *end == '\0';
}

static bool syscall_ask(const char *word, struct question *question)
{
	uint64_t value;
	uint32_t number;

	question->name = word;
	if (number_parse(word, &value) && value <= UINT32_MAX)
		number = (uint32_t)value;
	else if (!syscall_number(word, question->arch, &number)) {
		say("explain: %s has no syscall '%s'", arch_get(question->arch)->machine, word);
		return false;
	}
	question->data.nr = (int)number;
	question->data.arch = arch_get(question->arch)->audit;
	return true;
}

static bool arguments_ask(char *const *words, int count, struct question *question)
{
	uint64_t value;

	for (int i = 0; i < count; i++) {
		if (!number_parse(words[i], &value)) {
			say("explain: argument '%s' is not a number", words[i]);
			return false;
		}
		question->data.args[i] = value;
		question->given |= 1U << i;
	}
	return true;
}

static void path_print(const struct path *path, void *context)
{
	const struct question *question = context;
	char action[ACTION_TEXT], test[TEST_TEXT];

	action_describe(path->action, action, sizeof(action));
	printf("%s: %s", question->name, action);
	for (size_t i = 0; i < path->test_count; i++) {
		test_describe(&path->tests[i], test, sizeof(test));
		printf("%s %s", i ? " and" : " if", test);
	}
	printf(", by instruction %zu\n", path->index);
}

static bool filter_explain(const struct filter *filter, struct question *question)
{
	if (paths_visit(&filter->program, &question->data, question->given, path_print, question))
		return true;
	say("explain: the filter is too complicated");
	return false;
}

static void condition_print(const struct condition *condition, bool first)
{
	printf("%s args[%u] ", first ? " if" : " and", condition->index);
	if (condition->comparison == SCMP_CMP_MASKED_EQ)
		printf("& 0x%" PRIx64 " == 0x%" PRIx64, condition->value, condition->value_two);
	else
		printf("%s 0x%" PRIx64, comparison_symbol(condition->comparison), condition->value);
}

/* Is an entry out of the question, given the arguments that are known? */
static bool entry_excluded(const struct entry *entry, const struct question *question)
{
	for (size_t i = 0; i < entry->condition_count; i++) {
		const struct condition *condition = &entry->conditions[i];
		uint64_t arguments[ARGUMENTS_MAX];

		memcpy(arguments, question->data.args, sizeof(arguments));
		if (arch_get(question->arch)->narrow)
			arguments[condition->index] &= UINT32_MAX;
		if ((question->given & (1U << condition->index)) &&
		    !condition_holds(condition, arguments))
			return true;
	}
	return false;
}

/* Print an entry as a case. Returns whether the case has any condition left to fulfil. */
static bool entry_print(const struct meaning *meaning, const struct entry *entry,
			const struct question *question)
{
	size_t rule = meaning->policy->clauses[entry->clause].rule;
	const char *comment = meaning->policy->profile->rules[rule].comment;
	char action[ACTION_TEXT];
	bool open = false;

	action_describe(entry->action, action, sizeof(action));
	printf("%s: %s", question->name, action);
	for (size_t i = 0; i < entry->condition_count; i++) {
		if (question->given & (1U << entry->conditions[i].index))
			continue;
		condition_print(&entry->conditions[i], !open);
		open = true;
	}
	printf(", by syscalls[%zu]", rule);
	if (comment && *comment)
		printf(" (%s)", comment);
	printf("\n");
	return open;
}

static void reason_print(const struct decision *decision, const struct question *question)
{
	static const char *const reasons[] = {
		[REASON_DEFAULT] = "defaultAction",
		[REASON_NEWER] = "its number, which is above every one in the profile",
		[REASON_ABI] = "its number, which is x32's (and that is not one of the "
			       "architectures)",
	};
	char action[ACTION_TEXT];

	action_describe(decision->action, action, sizeof(action));
	printf("%s: %s, by %s\n", question->name, action, reasons[decision->reason]);
}

/* All cases of the profile's for a syscall: those of its rules that the given arguments leave, and
 * the default, if nothing before it takes every call.
 */
static void cases_print(const struct meaning *meaning, const struct question *question)
{
	struct entry_range range = meaning_entries(meaning, (uint32_t)question->data.nr);
	struct decision decision = { .reason = REASON_DEFAULT };

	for (size_t i = 0; i < range.count; i++) {
		if (!entry_excluded(&range.first[i], question) &&
		    !entry_print(meaning, &range.first[i], question))
			return;
	}
	decision.action = meaning->policy->profile->default_action;
	reason_print(&decision, question);
}

/* Are all arguments given that any rule for the syscall is about? */
static bool question_complete(const struct meaning *meaning, const struct question *question)
{
	struct entry_range range = meaning_entries(meaning, (uint32_t)question->data.nr);

	for (size_t i = 0; i < range.count; i++) {
		for (size_t j = 0; j < range.first[i].condition_count; j++) {
			if (!(question->given & (1U << range.first[i].conditions[j].index)))
				return false;
		}
	}
	return true;
}

/* Where rules overlap and differ, only the program knows which of them counts. */
static void overlap_print(const struct meaning *meaning, const struct program *program,
			  const struct question *question)
{
	struct entry_range range = meaning_entries(meaning, (uint32_t)question->data.nr);
	uint32_t action = program_run(program, &question->data, NULL);

	for (size_t i = 0; i < range.count; i++) {
		if (range.first[i].action == action && !entry_excluded(&range.first[i], question)) {
			(void)entry_print(meaning, &range.first[i], question);
			return;
		}
	}
}

static bool profile_explain(const struct loaded *loaded, const struct question *question)
{
	struct meaning meaning;
	struct decision decision;

	if (!meaning_build(&loaded->compiled.policy, 0, &meaning)) {
		say("explain: out of memory");
		return false;
	}
	decision = meaning_decide(&meaning, &question->data);
	if (decision.reason == REASON_NEWER || decision.reason == REASON_ABI)
		reason_print(&decision, question);
	else if (decision.open && question_complete(&meaning, question))
		overlap_print(&meaning, &loaded->filter.program, question);
	else
		cases_print(&meaning, question);
	meaning_free(&meaning);
	return true;
}

int command_explain(const struct command_line *line)
{
	struct question question = { 0 };
	struct loaded loaded;
	bool done = input_load(line->operands[0], &line->target, &loaded);

	if (done && !loaded.is_profile && !arch_by_audit(loaded.filter.audit, &question.arch)) {
		say("%s: is a filter for an unknown architecture", line->operands[0]);
		done = false;
	}
	if (loaded.is_profile)
		question.arch = line->target.arch;
	done = done && syscall_ask(line->operands[1], &question) &&
	       arguments_ask(line->operands + 2, line->operand_count - 2, &question);
	if (done && loaded.is_profile)
		done = profile_explain(&loaded, &question);
	else if (done)
		done = filter_explain(&loaded.filter, &question);
	loaded_free(&loaded);
	return done ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
