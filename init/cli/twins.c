#include "init/cli/twins.h"

#include "init/cli/options.h"
#include "init/cli/words.h"
#include "init/sys/number.h"

#include <string.h>

const char *twin_value(const char *variable, const char *option)
{
	const char *at = variable + strlen(TWIN_PREFIX);

	if (strncmp(variable, TWIN_PREFIX, strlen(TWIN_PREFIX)) != 0)
		return NULL;
	for (; *option; option++, at++) {
		if (*at != (*option == '-' ? '_' : *option - ('a' - 'A')))
			return NULL;
	}
	return *at == '=' ? at + 1 : NULL;
}

/* How often a flag's twin switches it on: no, yes, or a number for those that can be repeated. */
static const char *flag_count(const struct typed *typed, uint64_t *ret_count)
{
	static const char *const no[] = { "0", "false", "no", "off" };
	static const char *const yes[] = { "1", "true", "yes", "on" };

	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
		*ret_count = !strcmp(typed->value, yes[i]);
		if (*ret_count || !strcmp(typed->value, no[i]))
			return NULL;
	}
	if (typed->row->kind == OPTION_REPEATABLE && number_parse(typed->value, 0, 9, ret_count))
		return NULL;
	return "neither yes nor no (1, true, yes, on; 0, false, no, off)";
}

static const struct failure *flag_twin_add(struct typed_list *list, const struct typed *typed)
{
	uint64_t count;
	const char *wrong = flag_count(typed, &count);
	const struct failure *failure = wrong ? typed_refuse(list, typed, wrong) : NULL;

	while (!failure && count--)
		failure = typed_add(list, typed->row, NULL, true);
	return failure;
}

/* --with holds lines, which have blanks of their own. */
static const struct failure *repeatable_twin_add(struct typed_list *list, const struct typed *typed)
{
	const bool lines = !strcmp(typed->row->name, "with");
	const struct failure *failure = NULL;
	const char *wrong = NULL;
	char *one[] = { (char *)typed->value, NULL }, **words = one;

	if (!lines)
		wrong = words_split_plain(typed->value, &words);
	if (wrong)
		return typed_refuse(list, typed, wrong);
	for (; !failure && *words; words++)
		failure = typed_add(list, typed->row, *words, true);
	return failure;
}

/* What a Kubernetes Service of this name puts into every pod of its namespace. */
static const char *twin_advice(const char *name)
{
	if (!strncmp(name, "PORT", 4) || !strncmp(name, "SERVICE_", 8))
		return "a Kubernetes Service called drop-init sets such variables: "
		       "enableServiceLinks: false in the pod's spec keeps them out";
	return "see drop-init --help";
}

static bool is_honoured(const struct typed_list *list, const struct option_row *row)
{
	if (row->kind == OPTION_ACTION)
		return false;
	/* Asked for another init, nobody expects that no command runs. */
	return !list->compat ||
	       (strcmp(row->name, "install") != 0 && strcmp(row->name, "check") != 0);
}

static const struct failure *twin_scan(struct typed_list *list, const char *variable)
{
	const char *name = variable + strlen(TWIN_PREFIX);
	struct typed typed = { .twin = true };

	for (size_t i = 0; i < option_count && !typed.row; i++) {
		typed.value = twin_value(variable, option_table[i].name);
		if (typed.value)
			typed.row = &option_table[i];
	}
	if (!typed.row || typed.row->places & OPTION_LINES_ONLY)
		return failure_new(variable, 0, twin_advice(name), "no option has this name");
	if (!is_honoured(list, typed.row))
		return NULL;
	if (!typed.row->value)
		return flag_twin_add(list, &typed);
	if (!*typed.value)
		return typed_refuse(list, &typed, "empty (unset it, or give it a value)");
	if (typed.row->kind == OPTION_REPEATABLE)
		return repeatable_twin_add(list, &typed);
	return typed_add(list, typed.row, typed.value, true);
}

const struct failure *twins_scan(struct typed_list *list, char **environment)
{
	const struct failure *failure = NULL;

	for (; !failure && *environment; environment++) {
		if (!strncmp(*environment, TWIN_PREFIX, strlen(TWIN_PREFIX)))
			failure = twin_scan(list, *environment);
	}
	return failure;
}
