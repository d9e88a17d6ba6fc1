/* The options of a helper's line. */
#include "init/cli/options.h"

#include "init/cli/apply.h"
#include "init/cli/words.h"
#include "init/privileges/user.h"
#include "init/sys/text.h"

#include <string.h>

static const struct failure *place_check(const struct typed *typed, enum option_place place)
{
	if (typed->row->places & place)
		return NULL;
	if (typed->row->places & OPTION_ON_LINE)
		return failure_new(typed_format(typed), 0, "use --with for this line",
				   "not in a file: whoever may edit it would gain by that");
	return failure_new(typed_format(typed), 0, NULL,
			   "not on a helper's line: it is for the whole container");
}

/* A value replaces what the command has; nothing is merged. */
static void inherited_forget(const struct typed_list *list, struct plan *plan)
{
	for (size_t i = 0; i < list->count; i++) {
		if (typed_is_called(&list->at[i], "env"))
			plan->environment = (struct strings){ 0 };
		if (typed_is_called(&list->at[i], "limit"))
			plan->limit_count = 0, plan->limits = NULL;
		if (typed_is_called(&list->at[i], "user"))
			plan->user_from = plan->groups = NULL;
		/* The command alone has these, where it is a line. */
		if (typed_is_called(&list->at[i], "listen"))
			plan->listen_count = 0, plan->listens = NULL;
		if (typed_is_called(&list->at[i], "allow-port"))
			plan->port_count = 0, plan->ports = NULL;
		if (typed_is_called(&list->at[i], "file-env"))
			plan->file_env = (struct strings){ 0 };
	}
}

/* A line that does not say who it is has the command's user, who is known by now. */
static bool says_who(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (typed_is_called(&list->at[i], "user") ||
		    typed_is_called(&list->at[i], "groups"))
			return true;
	return false;
}

static const struct failure *line_scan(const char *line, enum option_place place,
				       const struct plan *plan, struct typed_list *ret_list)
{
	const struct failure *failure = NULL;
	char **words;
	const char *wrong = words_split(plan, line, &words);

	*ret_list = (struct typed_list){ .rows = option_table, .row_count = option_count };
	if (wrong)
		return failure_new(NULL, 0, NULL, "%s", wrong);
	failure = typed_scan(ret_list, words);
	for (size_t i = 0; !failure && i < ret_list->count; i++)
		failure = place_check(&ret_list->at[i], place);
	return failure;
}

/* "PORT=1 COMMAND" is a shell's. */
static const struct failure *line_command_check(char *const *words)
{
	const char *equals, *slash;

	if (!*words) /* NOLINT: there are words where nothing failed */
		return failure_new(NULL, 0, NULL, "no command");
	equals = strchr(*words, '=');
	slash = strchr(*words, '/');
	if (equals && equals != *words && (!slash || equals < slash))
		return failure_new(NULL, 0, text_format("write --env %s", *words),
				   "'%s' is not a command", *words);
	return NULL;
}

static const struct failure *line_to_plan(const char *line, enum option_place place,
					  struct plan *plan)
{
	const bool expand = plan->expand;
	struct typed_list list;
	const struct failure *failure = line_scan(line, place, plan, &list);

	if (failure)
		return failure;
	inherited_forget(&list, plan);
	plan->expand = false; /* words are, already */
	failure = typed_apply_all(&list, plan, true);
	plan->expand = expand;
	if (!failure && says_who(&list))
		failure = user_resolve(plan);
	/* Once more, now that it is known whose HOME it is. */
	if (!failure)
		failure = line_scan(line, place, plan, &list);
	plan->expand = false;
	if (!failure)
		failure = typed_apply_all(&list, plan, false);
	plan->expand = expand;
	if (!failure)
		failure = user_resolve_owners(plan);
	if (!failure)
		failure = line_command_check(list.operands);
	plan->command = list.operands;
	return failure;
}

const struct failure *options_parse_line(const char *typed, const char *line,
					 enum option_place place, struct plan *plan)
{
	const struct failure *failure = line_to_plan(line, place, plan);
	const char *what;

	if (!failure)
		return NULL;
	what = failure->typed ? text_format("%s: %s", typed, failure->typed) : typed;
	return failure_with_status(failure->status, what, failure->error, failure->advice, "%s",
				   failure->tried);
}
