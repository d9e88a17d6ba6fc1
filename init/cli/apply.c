#include "init/cli/apply.h"

#include "init/cli/expand.h"

#include <string.h>

/* A word, or that a flag was given, as it is. */
static const char *value_store(struct plan *plan, const struct option_row *row, const char *value)
{
	char *at = (char *)plan + row->at;

	if (!row->value)
		*(bool *)at = true;
	else if (*value)
		memcpy(at, &value, sizeof(value));
	else
		return "empty";
	return NULL;
}

/* Lines and words are expanded where they are cut (words.h); twins are not. */
static bool wants_expansion(const struct plan *plan, const struct typed *typed)
{
	return plan->expand && !typed->twin && typed->value && !typed_is_called(typed, "with") &&
	       !typed_is_called(typed, "default-command");
}

const struct failure *typed_apply(const struct typed_list *list, const struct typed *typed,
				  struct plan *plan)
{
	const struct option_row *row = typed_row_of_ours(typed->row);
	const char *value = typed->value, *wrong = NULL;

	if (wants_expansion(plan, typed))
		wrong = expand_text(plan, value, &value);
	if (!wrong && row && row->apply)
		wrong = row->apply(plan, value);
	else if (!wrong && row && row->at)
		wrong = value_store(plan, row, value);
	return wrong ? typed_refuse(list, typed, wrong) : NULL;
}

static bool is_early(const struct typed *typed)
{
	static const char *const early[] = { "expand", "file-env", "log-format", "verbose",
					     "quiet",  "user",	   "user-from",	 "groups" };

	for (size_t i = 0; i < sizeof(early) / sizeof(*early); i++) {
		if (typed_is_called(typed, early[i]))
			return true;
	}
	return false;
}

const struct failure *typed_apply_all(const struct typed_list *list, struct plan *plan, bool early)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; early && i < list->count; i++)
		plan->expand |= typed_is_called(&list->at[i], "expand");
	for (size_t i = 0; !failure && i < list->count; i++) {
		if (is_early(&list->at[i]) == early)
			failure = typed_apply(list, &list->at[i], plan);
	}
	return failure;
}
