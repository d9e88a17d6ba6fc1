#include "init/cli/typed.h"

#include "init/cli/options.h"
#include "init/sys/text.h"

#include <stdlib.h>
#include <string.h>

/* --- what is wrong -------------------------------------------------------------------------- */

/* "DROP_INIT_STOP_TIMEOUT" for "stop-timeout". */
static const char *twin_name(const char *option)
{
	char *name = (char *)text_format(TWIN_PREFIX "%s", option);

	for (char *at = name; *at; at++) {
		if (*at == '-')
			*at = '_';
		else if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - ('a' - 'A'));
	}
	return name;
}

const char *typed_format(const struct typed *typed)
{
	const char *value = typed->value ? typed->value : "";

	if (typed->twin)
		return text_format("%s=%s", twin_name(typed->row->name), value);
	if (!typed->row->name)
		return text_format("-%c%s%s", typed->row->letter, *value ? " " : "", value);
	return text_format("--%s%s%s", typed->row->name, typed->value ? " " : "", value);
}

const struct failure *typed_refuse(const struct typed_list *list, const struct typed *typed,
				   const char *wrong)
{
	if (list->compat && typed->row->apply && !typed->twin)
		return compat_usage(wrong); /* in its own words */
	return failure_new(typed_format(typed), 0, NULL, "%s", wrong);
}

/* For `docker run IMAGE --appendonly yes`, which was to reach the default command. */
static const char *unknown_advice(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].row->name && !strcmp(list->at[i].row->name, "default-command"))
			return "options of the default command come after --, so let ENTRYPOINT "
			       "end in it";
	}
	return "see drop-init --help";
}

static const struct failure *mistake_refuse(const struct typed_list *list,
					    enum option_mistake mistake, const char *word,
					    const struct option_row *row)
{
	if (list->compat)
		return compat_refuse(mistake, word);
	if (mistake == OPTION_UNKNOWN)
		return failure_new(word, 0, unknown_advice(list), "no such option");
	if (mistake == OPTION_VALUE_UNWANTED)
		return failure_new(word, 0, NULL, "takes no value");
	return failure_new(word, 0, NULL, "needs a value: %s %s", word, row->value);
}

/* --- rows ----------------------------------------------------------------------------------- */

static const struct option_row *row_by_name(const struct option_row *rows, size_t count,
					    const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		const char *candidate = rows[i].name;

		if (candidate && strlen(candidate) == length && !memcmp(candidate, name, length))
			return &rows[i];
	}
	return NULL;
}

static const struct option_row *row_by_letter(const struct typed_list *list, char letter)
{
	for (size_t i = 0; i < list->row_count; i++) {
		if (list->rows[i].letter == letter)
			return &list->rows[i];
	}
	return NULL;
}

const struct option_row *typed_row_of_ours(const struct option_row *row)
{
	if (row->apply || !row->means)
		return row;
	return row_by_name(option_table, option_count, row->means, strlen(row->means));
}

bool typed_is_called(const struct typed *typed, const char *name)
{
	const struct option_row *row = typed_row_of_ours(typed->row);

	return row && row->name && !strcmp(row->name, name);
}

/* --- from words to what was typed ----------------------------------------------------------- */

const struct failure *typed_add(struct typed_list *list, const struct option_row *row,
				const char *value, bool twin)
{
	struct typed *grown = reallocarray(list->at, list->count + 1, sizeof(*grown));

	if (!grown)
		return failure_of_memory();
	list->at = grown;
	list->at[list->count++] = (struct typed){ row, value, twin };
	return NULL;
}

/* "--name", "--name value" or "--name=value"; goes behind it. */
static const struct failure *long_option(struct typed_list *list, char ***words)
{
	const char *word = **words, *name = word + 2;
	const size_t length = strcspn(name, "=");
	const struct option_row *row = row_by_name(list->rows, list->row_count, name, length);
	const char *value = name[length] ? name + length + 1 : NULL;

	if (!row)
		return mistake_refuse(list, OPTION_UNKNOWN, word, NULL);
	if (!row->value && value)
		return mistake_refuse(list, OPTION_VALUE_UNWANTED, word, row);
	if (row->value && !value)
		value = *++*words;
	if (row->value && !value)
		return mistake_refuse(list, OPTION_VALUE_MISSING, word, row);
	++*words;
	return typed_add(list, row, value, false);
}

/* "-g", "-gv", "-uUSER" or "-u USER"; goes behind it. */
static const struct failure *short_options(struct typed_list *list, char ***words)
{
	const struct failure *failure = NULL;

	for (const char *at = **words + 1; !failure && *at; at++) {
		const struct option_row *row = row_by_letter(list, *at);
		const char word[] = { '-', *at, '\0' };
		const char *value = NULL;

		if (!row)
			return mistake_refuse(list, OPTION_UNKNOWN, strdup(word), NULL);
		if (row->value) {
			value = at[1] ? at + 1 : *++*words;
			if (!value)
				return mistake_refuse(list, OPTION_VALUE_MISSING, strdup(word),
						      row);
			failure = typed_add(list, row, value, false);
			break; /* all of the word is used up */
		}
		failure = typed_add(list, row, NULL, false);
	}
	++*words;
	return failure;
}

const struct failure *typed_scan(struct typed_list *list, char **words)
{
	const struct failure *failure = NULL;

	while (!failure && *words && words[0][0] == '-' && words[0][1]) {
		if (!strcmp(*words, "--")) {
			words++;
			break;
		}
		failure = words[0][1] == '-' ? long_option(list, &words)
					     : short_options(list, &words);
	}
	list->operands = words;
	return failure;
}
