#include "init/cli/options.h"

#include "init/cli/apply.h"
#include "init/cli/expand.h"
#include "init/cli/lines.h"
#include "init/cli/twins.h"
#include "init/compat/compat.h"
#include "init/privileges/user.h"
#include "init/sys/message.h"

#include <stdlib.h>
#include <string.h>

static const struct failure *lines_only_refuse(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].row->places & OPTION_LINES_ONLY)
			return failure_new(typed_format(&list->at[i]), 0,
					   "--with \"NAME: [OPTION]... COMMAND\"",
					   "only on a helper's line");
	}
	return NULL;
}

/* --status and its like, asked of ourselves: the twins of the container, which docker exec hands
 * on, are PID 1's, and so is what else is typed; only how to speak counts. */
static bool is_request(const struct typed_list *list)
{
	for (size_t i = 0; !list->compat && i < list->count; i++) {
		if (list->at[i].row->kind == OPTION_ACTION)
			return true;
	}
	return false;
}

static const struct failure *request_to_plan(const struct typed_list *list, struct plan *plan)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < list->count; i++) {
		const struct typed *typed = &list->at[i];

		if (typed->row->kind == OPTION_ACTION || typed_is_called(typed, "log-format") ||
		    typed_is_called(typed, "verbose") || typed_is_called(typed, "quiet"))
			failure = typed_apply(list, typed, plan);
	}
	plan->command = list->operands;
	return failure;
}

/* The first operand is the default command's where it is missing, or an option of it. */
static const struct failure *command_complete(struct plan *plan, char **operands)
{
	const bool wanted = plan->default_command && (!*operands || **operands == '-');
	size_t before = 0, count = 0;

	plan->command = operands;
	if (!wanted)
		return NULL;
	while (plan->default_command[before])
		before++;
	while (operands[count])
		count++;
	plan->command = calloc(before + count + 1, sizeof(char *));
	if (!plan->command)
		return failure_of_memory();
	memcpy(plan->command, plan->default_command, before * sizeof(char *));
	memcpy(plan->command + before, operands, count * sizeof(char *));
	return NULL;
}

/* The words of the default command are expanded already. */
static const struct failure *operands_expand(const struct plan *plan, char ***operands)
{
	size_t count = 0;
	char **expanded;

	while ((*operands)[count])
		count++;
	expanded = plan->expand ? calloc(count + 1, sizeof(char *)) : *operands;
	if (!expanded)
		return failure_of_memory();
	for (size_t i = 0; plan->expand && i < count; i++) {
		const char *wrong = expand_text(plan, (*operands)[i], (const char **)&expanded[i]);

		if (wrong)
			return failure_new((*operands)[i], 0, NULL, "%s", wrong);
	}
	*operands = expanded;
	return NULL;
}

static const struct failure *list_to_plan(struct typed_list *list, struct plan *plan)
{
	const struct failure *failure = typed_apply_all(list, plan, true);
	bool has_operand;

	if (failure)
		return failure;
	if (plan->becomes && *list->operands)
		plan->user = *list->operands++;
	plan->identity.unresolved = user_resolve(plan);
	failure = typed_apply_all(list, plan, false);
	if (!failure && list->compat)
		failure = compat_finish(list->compat, plan, *list->operands != NULL);
	has_operand = *list->operands;
	if (!failure)
		failure = operands_expand(plan, &list->operands);
	if (!failure)
		failure = command_complete(plan, list->operands);
	if (!failure && list->compat && plan->line_count)
		failure = failure_new("--with", 0, "call it drop-init",
				      "there are no helpers under another init's name");
	if (!failure)
		failure = lines_parse(plan, has_operand);
	if (!failure && !plan->identity.unresolved)
		plan->identity.unresolved = user_resolve_owners(plan);
	return failure;
}

/* Even a mistake in how it was typed is said in this format, where it was found before that. */
static void format_choose_typed(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (typed_is_called(&list->at[i], "log-format"))
			message_configure(MESSAGE_WARNING, !strcmp(list->at[i].value, "json"));
	}
}

/* Even a mistake before it is found is said in this format. */
static void format_choose(char **environment)
{
	for (; *environment; environment++) {
		const char *value = twin_value(*environment, "log-format");

		if (value)
			message_configure(MESSAGE_WARNING, !strcmp(value, "json"));
	}
}

const struct failure *options_parse(int argc, char **argv, char **environment,
				    struct plan *ret_plan)
{
	struct typed_list list = { .rows = option_table, .row_count = option_count };
	const struct failure *failure = NULL;

	*ret_plan = (struct plan){ .umask = MODE_UNSET,
				   .stop_timeout_ms = 5000,
				   .stop_signals = SIGNAL_BIT(SIGTERM),
				   .stop_signal = SIGTERM,
				   .subreaper = true };
	for (int n = 0; n < SIGNAL_COUNT; n++)
		ret_plan->rewrite[n] = (uint8_t)n;
	list.compat = argc > 0 ? compat_find(argv[0]) : NULL;
	if (list.compat) {
		list.rows = list.compat->rows;
		list.row_count = list.compat->row_count;
		compat_begin(list.compat, ret_plan);
	} else {
		format_choose(environment);
	}
	if (!ret_plan->becomes)
		failure = twins_scan(&list, environment);
	if (!failure)
		failure = typed_scan(&list, argv + (argc > 0));
	if (failure)
		format_choose_typed(&list);
	if (!failure)
		failure = lines_only_refuse(&list);
	if (!failure)
		failure = is_request(&list) ? request_to_plan(&list, ret_plan)
					    : list_to_plan(&list, ret_plan);
	return failure || plan_is_request(ret_plan) ? failure : plan_check(ret_plan);
}
