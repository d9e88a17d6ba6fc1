/* --chown and --writable, as parts of the plan. */
#include "init/cli/suboptions.h"
#include "init/cli/option_values.h"

#include <string.h>

static const char *chown_owner(void *spec, const char *value)
{
	return suboption_owner(value, &((struct chown_spec *)spec)->owner);
}

static const char *chown_mode(void *spec, const char *value)
{
	return suboption_mode(value, &((struct chown_spec *)spec)->mode);
}

static const char *chown_policy(void *spec, const char *value)
{
	const bool root_mismatch = value && !strcmp(value, "root-mismatch");

	if (!root_mismatch && (!value || strcmp(value, "always") != 0))
		return "needs always or root-mismatch";
	((struct chown_spec *)spec)->root_mismatch = root_mismatch;
	return NULL;
}

static const char *chown_mkdir(void *spec, const char *value)
{
	return suboption_flag(value, &((struct chown_spec *)spec)->mkdir);
}

static const char *chown_optional(void *spec, const char *value)
{
	return suboption_flag(value, &((struct chown_spec *)spec)->optional);
}

void option_add_chown(struct plan *plan, const struct typed *typed)
{
	static const struct suboption rows[] = {
		{ "owner", chown_owner }, { "policy", chown_policy },	  { "mkdir", chown_mkdir },
		{ "mode", chown_mode },	  { "optional", chown_optional },
	};
	struct chown_spec spec = { .text = typed->value, .mode = MODE_UNSET };

	spec.path = suboptions_parse(typed, rows, sizeof(rows) / sizeof(*rows), &spec);
	if (spec.path[0] != '/')
		options_refuse(typed, "the path must begin with /");
	plan->chowns = option_list_grow(plan->chowns, plan->chown_count, sizeof(spec));
	plan->chowns[plan->chown_count++] = spec;
}

void option_add_writable(struct plan *plan, const struct typed *typed)
{
	if (typed->value[0] != '/')
		options_refuse(typed, "the path must begin with /");
	plan->writables =
		option_list_grow(plan->writables, plan->writable_count, sizeof(typed->value));
	plan->writables[plan->writable_count++] = typed->value;
}
