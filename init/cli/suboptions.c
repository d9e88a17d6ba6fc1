#include "init/cli/suboptions.h"

#include "init/sys/number.h"

#include <errno.h>
#include <string.h>

const char *suboption_flag(const char *value, bool *ret)
{
	static const char *const words[] = { "0", "no", "false", "off", "1", "yes", "true", "on" };

	if (!value) {
		*ret = true;
		return NULL;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strcmp(value, words[i])) {
			*ret = i >= 4;
			return NULL;
		}
	}
	return "neither yes nor no";
}

const char *suboption_owner(const char *value, struct owner *ret)
{
	if (!value || !*value)
		return "needs USER or USER:GROUP";
	ret->text = value;
	return NULL;
}

const char *suboption_mode(const char *value, mode_t *ret)
{
	uint64_t number;

	if (!value || !number_parse_octal(value, 07777, &number))
		return "needs an octal mode from 0 to 7777";
	*ret = (mode_t)number;
	return NULL;
}

static void suboption_apply(const struct typed *typed, const struct suboption *rows, size_t count,
			    void *spec, char *key)
{
	char *value = strchr(key, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *wrong;

		if (strcmp(rows[i].name, key) != 0)
			continue;
		wrong = rows[i].set(spec, value);
		if (wrong)
			options_refuse(typed, "key '%s': %s", key, wrong);
		return;
	}
	options_refuse(typed, "no such key: '%s' (see the man page for the keys of --%s)", key,
		       typed->row->name);
}

const char *suboptions_parse(const struct typed *typed, const struct suboption *rows, size_t count,
			     void *spec)
{
	char *rest = strdup(typed->value); /* kept: the plan's strings point into it */
	char *first;

	if (!rest)
		options_refuse(typed, "%s", strerror(errno));
	first = strsep(&rest, ",");
	for (char *key; (key = strsep(&rest, ","));)
		suboption_apply(typed, rows, count, spec, key);
	return first;
}
