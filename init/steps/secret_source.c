#include "init/steps/secret_source.h"

#include <string.h>
#include <unistd.h>

#define SUFFIX "_FILE"

bool listen_variable_is(const char *name)
{
	return !strncmp(name, "LISTEN_", strlen("LISTEN_"));
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
	if (listen_variable_is(name))
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

bool secret_source_has(const struct plan *plan, const char *name)
{
	struct secret_source source;

	for (char **at = environ; *at; at++) {
		if (secret_source_parse(&plan->file_env, *at, &source) && *source.path &&
		    strlen(name) == source.name_length &&
		    !memcmp(name, source.variable, source.name_length))
			return true;
	}
	return false;
}
