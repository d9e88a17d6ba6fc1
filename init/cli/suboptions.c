#include "init/cli/suboptions.h"

#include "init/sys/number.h"
#include "init/sys/text.h"

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

static const char *suboption_apply(const char *option, const struct suboption *rows, size_t count,
				   void *spec, char *key)
{
	char *value = strchr(key, '=');
	const char *wrong;

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, key) != 0)
			continue;
		wrong = rows[i].set(spec, value);
		return wrong ? text_format("key '%s': %s", key, wrong) : NULL;
	}
	return text_format("no such key: '%s' (see the man page for the keys of --%s)", key,
			   option);
}

const char *suboptions_parse(const char *option, const char *text, const struct suboption *rows,
			     size_t count, void *spec, const char **ret_first)
{
	char *rest = strdup(text); /* kept: the plan's strings point into it */
	const char *first = rest ? strsep(&rest, ",") : NULL;
	const char *wrong = first ? NULL : "out of memory";

	for (char *key; !wrong && (key = strsep(&rest, ","));)
		wrong = suboption_apply(option, rows, count, spec, key);
	if (!wrong)
		*ret_first = first;
	return wrong;
}
