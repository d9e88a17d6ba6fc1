#include "init/steps/secret_source.h"

#include "init/steps/environment.h"

#include <string.h>
#include <unistd.h>

#define SUFFIX "_FILE"

bool listen_variable_is(const char *name, size_t length)
{
	static const char *const names[] = { "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
					     "LISTEN_PIDFDID" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (length == strlen(names[i]) && !memcmp(name, names[i], length))
			return true;
	}
	return false;
}

static bool pattern_fits(const char *pattern, const char *name, size_t length)
{
	const size_t size = strlen(pattern);

	if (pattern[size - 1] == '*')
		return length >= size - 1 && !memcmp(pattern, name, size - 1);
	return length == size && !memcmp(pattern, name, size);
}

static bool name_is_listed(const struct strings *names, const char *name, size_t length)
{
	if (listen_variable_is(name, length))
		return false; /* whatever pattern fits */
	for (size_t i = 0; length && i < names->count; i++) {
		if (pattern_fits(names->at[i], name, length))
			return true;
	}
	return false;
}

/* Grafana's two underscores first: a name hardly ends in one. An empty path is as good as none. */
bool secret_source_parse(const struct strings *names, const char *variable,
			 struct secret_source *ret)
{
	const size_t length = strcspn(variable, "=");
	const size_t suffix = strlen(SUFFIX);

	if (!variable[length] || length <= suffix ||
	    memcmp(variable + length - suffix, SUFFIX, suffix) != 0)
		return false;
	*ret = (struct secret_source){ variable, length - suffix, variable + length + 1 };
	if (ret->name_length > 1 && variable[ret->name_length - 1] == '_' &&
	    name_is_listed(names, variable, ret->name_length - 1)) {
		ret->name_length--;
		return true;
	}
	return name_is_listed(names, variable, ret->name_length);
}

static bool is_replaced(const struct plan *plan, const char *variable)
{
	for (size_t i = 0; i < plan->environment.count; i++) {
		if (variable_names_agree(plan->environment.at[i], variable))
			return true;
	}
	return false;
}

bool secret_source_next(const struct plan *plan, size_t *at, struct secret_source *ret)
{
	const struct strings *added = &plan->environment;

	while (*at < added->count) {
		if (secret_source_parse(&plan->file_env, added->at[(*at)++], ret))
			return true;
	}
	for (char **ours = environ + (*at - added->count); *ours; ours++) {
		(*at)++;
		if (!is_replaced(plan, *ours) && secret_source_parse(&plan->file_env, *ours, ret))
			return true;
	}
	return false;
}

bool secret_source_has(const struct plan *plan, const char *name)
{
	struct secret_source source;

	for (size_t at = 0; secret_source_next(plan, &at, &source);) {
		if (*source.path && strlen(name) == source.name_length &&
		    !memcmp(name, source.variable, source.name_length))
			return true;
	}
	return false;
}
