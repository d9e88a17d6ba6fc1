/* explain: what happens to one system call, and who says so. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/describe.h"
#include "seccomp/commands/input.h"
#include "seccomp/commands/report.h"
#include "seccomp/commands/table.h"
#include "seccomp/compiler/semantics.h"
#include "seccomp/names/argument_name.h"
#include "seccomp/names/arch_syscall.h"
#include "seccomp/profile/vocabulary.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
	const char *path; /* of the profile or filter */
	const char *word; /* for the call, as it was asked for */
	const char *name; /* of the call, or NULL */
	char buffer[NAME_TEXT];
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

static bool syscall_parse(const char *word, unsigned int arch, uint32_t *ret_number)
{
	uint64_t value;

	if (!number_parse(word, &value))
		return arch_syscall_number(arch, word, ret_number);
	*ret_number = (uint32_t)value;
	return value <= UINT32_MAX;
}

/* A profile and a call in either order, or a call alone, of the built-in profile. Returns how many
 * words that were.
 */
static int words_sort(const struct command_line *line, struct question *question)
{
	char *const *words = line->operands;
	const bool second = line->operand_count > 1;
	uint32_t number;

	if (second && input_exists(words[0])) {
		question->path = words[0];
		question->word = words[1];
		return 2;
	}
	if (second && input_exists(words[1])) {
		question->path = words[1];
		question->word = words[0];
		return 2;
	}
	if (!syscall_parse(words[0], line->target.arch, &number) && second) {
		question->path = words[0]; /* which input_load() then says is not there */
		question->word = words[1];
		return 2;
	}
	question->path = "default";
	question->word = words[0];
	return 1;
}

static bool syscall_ask(struct question *question)
{
	uint32_t number;

	if (!syscall_parse(question->word, question->arch, &number)) {
		report("explain: %s has no system call '%s'", arch_get(question->arch)->machine,
		       question->word);
		return false;
	}
	question->name = arch_syscall_name(question->arch, number, question->buffer,
					   sizeof(question->buffer));
	question->data.nr = (int)number;
	question->data.arch = arch_get(question->arch)->audit;
	return true;
}

static bool arguments_ask(char *const *words, int count, struct question *question)
{
	for (int i = 0; i < count; i++) {
		uint64_t value;

		if (i >= ARGUMENTS_MAX) {
			report("explain: a system call has %d arguments", ARGUMENTS_MAX);
			return false;
		}
		if (!number_parse(words[i], &value) &&
		    (!question->name ||
		     !argument_value(question->name, (unsigned int)i, words[i], &value))) {
			report("explain: argument '%s' is neither a number nor a name that is known "
			       "for argument %d of %s(2)",
			       words[i], i, question->word);
			return false;
		}
		question->data.args[i] = value;
		question->given |= 1U << i;
	}
	return true;
}

static void case_print(const struct path *path, void *context)
{
	const struct question *question = context;
	char action[ACTION_TEXT];

	action_describe(path->action, action, sizeof(action));
	printf("%s: %s", question->word, action);
	path_print(question->name, path);
	printf(", by instruction %zu\n", path->index);
}

static bool filter_explain(const struct filter *filter, struct question *question)
{
	if (paths_visit(&filter->program, &question->data, question->given, case_print, question))
		return true;
	report("explain: the filter is too complicated");
	return false;
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

/* The arguments as an entry's conditions tell them, beside those that are given. */
static void arguments_guess(const struct entry *entry, const struct question *question,
			    uint64_t ret_arguments[ARGUMENTS_MAX])
{
	memcpy(ret_arguments, question->data.args, sizeof(question->data.args));
	for (size_t i = 0; i < entry->condition_count; i++) {
		const struct condition *condition = &entry->conditions[i];
		const bool masked = condition->comparison == SCMP_CMP_MASKED_EQ;

		if (!(question->given & (1U << condition->index)))
			ret_arguments[condition->index] =
				masked ? condition->value_two : condition->value;
	}
}

/* Print an entry as a case. Returns whether the case has any condition left to fulfil. */
static bool entry_print(const struct arch_rules *rules, const struct entry *entry,
			const struct question *question)
{
	const char *comment = rules->ruleset->profile->rules[entry->rule].comment;
	uint64_t arguments[ARGUMENTS_MAX];
	char action[ACTION_TEXT];
	bool open = false;

	action_describe(entry->action, action, sizeof(action));
	arguments_guess(entry, question, arguments);
	printf("%s: %s", question->word, action);
	for (size_t i = 0; i < entry->condition_count; i++) {
		if (question->given & (1U << entry->conditions[i].index))
			continue;
		printf("%s", open ? " and " : " if ");
		condition_print(question->name, &entry->conditions[i], arguments);
		open = true;
	}
	printf(", by syscalls[%zu]", entry->rule);
	if (comment && *comment)
		printf(" (%s)", comment);
	printf("\n");
	return open;
}

static void reason_print(uint32_t action, enum reason reason, const struct question *question)
{
	static const char *const reasons[] = {
		[REASON_DEFAULT] = "defaultAction",
		[REASON_NEWER] = "its number, which is above every one in the profile",
		[REASON_ABI] = "its number, which is x32's (and that is not one of the "
			       "architectures)",
	};
	char text[ACTION_TEXT];

	action_describe(action, text, sizeof(text));
	printf("%s: %s, by %s\n", question->word, text, reasons[reason]);
}

/* All cases of the profile's for a call: those of its rules that the given arguments leave, and the
 * default, if nothing before it takes every call.
 */
static void cases_print(const struct arch_rules *rules, const struct question *question)
{
	struct entry_range range = rules_entries(rules, (uint32_t)question->data.nr);

	for (size_t i = 0; i < range.count; i++) {
		if (!entry_excluded(&range.first[i], question) &&
		    !entry_print(rules, &range.first[i], question))
			return;
	}
	reason_print(rules->ruleset->profile->default_action, REASON_DEFAULT, question);
}

static void profile_explain(const struct arch_rules *rules, const struct question *question)
{
	const struct decision decision = rules_decide(rules, &question->data);

	if (decision.reason == REASON_NEWER || decision.reason == REASON_ABI)
		reason_print(decision.action, decision.reason, question);
	else
		cases_print(rules, question);
}

static bool input_explain(const struct command_line *line, int skip, const struct input *input,
			  struct question *question)
{
	question->arch = line->target.arch;
	if (!input->is_profile && !arch_by_audit(input->filter.arch, &question->arch)) {
		report("%s: is a filter for an unknown architecture", question->path);
		return false;
	}
	if (!syscall_ask(question) ||
	    !arguments_ask(line->operands + skip, line->operand_count - skip, question))
		return false;
	if (!input->is_profile)
		return filter_explain(&input->filter, question);
	profile_explain(&input->compiled.ruleset.arches[0], question);
	return true;
}

int command_explain(const struct command_line *line)
{
	struct question question = { 0 };
	int skip = words_sort(line, &question);
	struct input input;
	bool done = input_load(question.path, &line->target, line->strict, &input) &&
		    input_explain(line, skip, &input, &question);

	input_free(&input);
	return done ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
