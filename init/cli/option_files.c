/* --chown, --writable, --env and --file-env, as parts of the plan. */
#include "init/cli/option_values.h"
#include "init/cli/suboptions.h"

#include "init/steps/secret_source.h"
#include "init/sys/text.h"

#include <stdlib.h>
#include <string.h>

#define OURS "LISTEN_… variables are drop-init's to set (see --listen)"

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

static const char *chown_hardlinks(void *spec, const char *value)
{
	return suboption_flag(value, &((struct chown_spec *)spec)->hardlinks);
}

static const struct suboption chown_keys[] = {
	{ "owner", chown_owner }, { "policy", chown_policy },	  { "mkdir", chown_mkdir },
	{ "mode", chown_mode },	  { "optional", chown_optional }, { "hardlinks", chown_hardlinks },
};

/* "/data:app" is how chown(1) and Dockerfiles would have it. */
static const char *path_check(const char *path)
{
	const char *colon = strrchr(path, ':');

	if (*path != '/')
		return "the path must begin with /";
	if (colon && colon[1] && !strchr(colon, '/'))
		return text_format("a path with a colon: for an owner write %.*s,owner=%s",
				   (int)(colon - path), path, colon + 1);
	return NULL;
}

const char *option_add_chown(struct plan *plan, const char *value)
{
	struct chown_spec spec = { .text = value, .mode = MODE_UNSET };
	const char *wrong =
		suboptions_parse("chown", value, chown_keys,
				 sizeof(chown_keys) / sizeof(*chown_keys), &spec, &spec.path);

	if (!wrong)
		wrong = path_check(spec.path);
	return wrong ? wrong : OPTION_LIST_ADD(plan->chowns, plan->chown_count, spec);
}

const char *option_add_writable(struct plan *plan, const char *value)
{
	if (value[0] != '/')
		return "the path must begin with /";
	return OPTION_LIST_ADD(plan->writables.at, plan->writables.count, value);
}

const char *option_add_environment(struct plan *plan, const char *value)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return "not NAME=VALUE";
	if (listen_variable_is(value, (size_t)(equals - value)))
		return OURS;
	return OPTION_LIST_ADD(plan->environment.at, plan->environment.count, value);
}

/* A pattern is a beginning and a '*'. */
static const char *secret_name_check(const char *name)
{
	const char *star = strchr(name, '*');

	if (!*name || name[strcspn(name, "= \t\n")])
		return text_format("'%s' is not the name of a variable", name);
	if (star && (star == name || star[1]))
		return text_format("'%s': a '*' stands at the end of a name, and not alone", name);
	if (listen_variable_is(name, strlen(name)))
		return OURS;
	return NULL;
}

const char *option_add_file_env(struct plan *plan, const char *value)
{
	char *rest = strdup(value);
	const char *wrong = rest ? NULL : "out of memory";

	for (char *name; !wrong && (name = strsep(&rest, ","));) {
		wrong = secret_name_check(name);
		if (!wrong)
			wrong = OPTION_LIST_ADD(plan->file_env.at, plan->file_env.count,
						(const char *)name);
	}
	return wrong;
}
