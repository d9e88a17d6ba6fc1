#include "init/cli/options.h"

#include "init/cli/expand.h"
#include "init/cli/lines.h"
#include "init/cli/words.h"
#include "init/compat/compat.h"
#include "init/privileges/user.h"
#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/sys/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An option as it was typed, not yet applied. */
struct typed {
	const struct option_row *row; /* ours, or that of the program that we stand in for */
	const char *value;	      /* NULL: a flag */
	bool twin;
};

/* All that was typed, in the order in which it counts: twins first. */
struct typed_list {
	const struct option_row *rows; /* what may stand on the command line */
	size_t row_count;
	const struct compat *compat; /* NULL: we are ourselves */
	struct typed *at;
	size_t count;
	char **operands;
};

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

/* The value in "DROP_INIT_USER=app", where that is this option's twin; else NULL. */
static const char *twin_value(const char *variable, const char *option)
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

/* "--user 0" or "DROP_INIT_USER=0". */
static const char *typed_format(const struct typed *typed)
{
	const char *value = typed->value ? typed->value : "";

	if (typed->twin)
		return text_format("%s=%s", twin_name(typed->row->name), value);
	if (!typed->row->name)
		return text_format("-%c%s%s", typed->row->letter, *value ? " " : "", value);
	return text_format("--%s%s%s", typed->row->name, typed->value ? " " : "", value);
}

static const struct failure *typed_refuse(const struct typed_list *list, const struct typed *typed,
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

/* --- from words to what was typed ----------------------------------------------------------- */

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

static const struct failure *list_add(struct typed_list *list, const struct option_row *row,
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
	return list_add(list, row, value, false);
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
			failure = list_add(list, row, value, false);
			break; /* all of the word is used up */
		}
		failure = list_add(list, row, NULL, false);
	}
	++*words;
	return failure;
}

/* All options up to the first operand. */
static const struct failure *words_scan(struct typed_list *list, char **words)
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

/* --- twins ---------------------------------------------------------------------------------- */

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
		failure = list_add(list, typed->row, NULL, true);
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
		failure = list_add(list, typed->row, *words, true);
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
	return list_add(list, typed.row, typed.value, true);
}

static const struct failure *twins_scan(struct typed_list *list, char **environment)
{
	const struct failure *failure = NULL;

	for (; !failure && *environment; environment++) {
		if (!strncmp(*environment, TWIN_PREFIX, strlen(TWIN_PREFIX)))
			failure = twin_scan(list, *environment);
	}
	return failure;
}

static const struct failure *lines_only_refuse(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].row->places & OPTION_LINES_ONLY)
			return failure_new(typed_format(&list->at[i]), 0,
					   "--with \"NAME: [OPTION]... COMMAND\"",
					   "only on a helper's line");
	}
	return NULL;
}

/* --- from what was typed to a plan ---------------------------------------------------------- */

/* The row of ours that stands behind a row of another program's; NULL: none does. */
static const struct option_row *row_of_ours(const struct option_row *row)
{
	if (row->apply || !row->means)
		return row;
	return row_by_name(option_table, option_count, row->means, strlen(row->means));
}

static bool is_called(const struct typed *typed, const char *name)
{
	const struct option_row *row = row_of_ours(typed->row);

	return row && row->name && !strcmp(row->name, name);
}

/* Lines and words are expanded where they are cut (words.h); twins are not. */
static bool wants_expansion(const struct plan *plan, const struct typed *typed)
{
	return plan->expand && !typed->twin && typed->value && !is_called(typed, "with") &&
	       !is_called(typed, "default-command");
}

static const struct failure *typed_apply(const struct typed_list *list, const struct typed *typed,
					 struct plan *plan)
{
	const struct option_row *row = row_of_ours(typed->row);
	const char *value = typed->value, *wrong = NULL;

	if (wants_expansion(plan, typed))
		wrong = expand_text(plan, value, &value);
	if (!wrong && row && row->apply)
		wrong = row->apply(plan, value);
	return wrong ? typed_refuse(list, typed, wrong) : NULL;
}

/* What other values rest on comes first: whether to expand, how to speak, and whose HOME it is. */
static bool is_early(const struct typed *typed)
{
	static const char *const early[] = { "expand", "file-env", "log-format", "verbose",
					     "quiet",  "user",	   "user-from",	 "groups" };

	for (size_t i = 0; i < sizeof(early) / sizeof(*early); i++) {
		if (is_called(typed, early[i]))
			return true;
	}
	return false;
}

/* --status and its like, asked of ourselves: the twins of the container, which docker exec hands
 * on, are PID 1's, and so is what else is typed; only how to speak counts. */
static bool is_request(const struct typed_list *list)
{
	for (size_t i = 0; !list->compat && i < list->count; i++) {
		if (list->at[i].row->kind == OPTION_ACTION)
			return true;
	}
	return false;
}

static const struct failure *request_to_plan(const struct typed_list *list, struct plan *plan)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < list->count; i++) {
		const struct typed *typed = &list->at[i];

		if (typed->row->kind == OPTION_ACTION || is_called(typed, "log-format") ||
		    is_called(typed, "verbose") || is_called(typed, "quiet"))
			failure = typed_apply(list, typed, plan);
	}
	plan->command = list->operands;
	return failure;
}

static const struct failure *list_apply(const struct typed_list *list, struct plan *plan,
					bool early)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < list->count; i++) {
		plan->expand |= early && is_called(&list->at[i], "expand");
		if (is_early(&list->at[i]) == early)
			failure = typed_apply(list, &list->at[i], plan);
	}
	return failure;
}

/* The first operand is the default command's where it is missing, or an option of it. */
static const struct failure *command_complete(struct plan *plan, char **operands)
{
	const bool wanted = plan->default_command && (!*operands || **operands == '-');
	size_t before = 0, count = 0;

	plan->command = operands;
	if (!wanted)
		return NULL;
	while (plan->default_command[before])
		before++;
	while (operands[count])
		count++;
	plan->command = calloc(before + count + 1, sizeof(char *));
	if (!plan->command)
		return failure_of_memory();
	memcpy(plan->command, plan->default_command, before * sizeof(char *));
	memcpy(plan->command + before, operands, count * sizeof(char *));
	return NULL;
}

/* The words of the default command are expanded already. */
static const struct failure *operands_expand(const struct plan *plan, char ***operands)
{
	size_t count = 0;
	char **expanded;

	while ((*operands)[count])
		count++;
	expanded = plan->expand ? calloc(count + 1, sizeof(char *)) : *operands;
	if (!expanded)
		return failure_of_memory();
	for (size_t i = 0; plan->expand && i < count; i++) {
		const char *wrong = expand_text(plan, (*operands)[i], (const char **)&expanded[i]);

		if (wrong)
			return failure_new((*operands)[i], 0, NULL, "%s", wrong);
	}
	*operands = expanded;
	return NULL;
}

static const struct failure *list_to_plan(struct typed_list *list, struct plan *plan)
{
	const struct failure *failure = list_apply(list, plan, true);
	bool has_operand;

	if (failure)
		return failure;
	if (plan->becomes && *list->operands)
		plan->user = *list->operands++;
	plan->identity.unresolved = user_resolve(plan);
	failure = list_apply(list, plan, false);
	if (!failure && list->compat)
		failure = compat_finish(list->compat, plan, *list->operands != NULL);
	has_operand = *list->operands;
	if (!failure)
		failure = operands_expand(plan, &list->operands);
	if (!failure)
		failure = command_complete(plan, list->operands);
	if (!failure && list->compat && plan->line_count)
		failure = failure_new("--with", 0, "call it drop-init",
				      "there are no helpers under another init's name");
	if (!failure)
		failure = lines_parse(plan, has_operand);
	if (!failure && !plan->identity.unresolved)
		plan->identity.unresolved = user_resolve_owners(plan);
	return failure;
}

/* Even a mistake in how it was typed is said in this format, where it was found before that. */
static void format_choose_typed(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (is_called(&list->at[i], "log-format"))
			message_configure(MESSAGE_WARNING, !strcmp(list->at[i].value, "json"));
	}
}

/* Even a mistake before it is found is said in this format. */
static void format_choose(char **environment)
{
	for (; *environment; environment++) {
		const char *value = twin_value(*environment, "log-format");

		if (value)
			message_configure(MESSAGE_WARNING, !strcmp(value, "json"));
	}
}

const struct failure *options_parse(int argc, char **argv, char **environment,
				    struct plan *ret_plan)
{
	struct typed_list list = { .rows = option_table, .row_count = option_count };
	const struct failure *failure = NULL;

	*ret_plan = (struct plan){ .umask = MODE_UNSET,
				   .stop_timeout_ms = 5000,
				   .stop_signals = SIGNAL_BIT(SIGTERM),
				   .subreaper = true };
	for (int n = 0; n < SIGNAL_COUNT; n++)
		ret_plan->rewrite[n] = (uint8_t)n;
	list.compat = argc > 0 ? compat_find(argv[0]) : NULL;
	if (list.compat) {
		list.rows = list.compat->rows;
		list.row_count = list.compat->row_count;
		compat_begin(list.compat, ret_plan);
	} else {
		format_choose(environment);
	}
	if (!ret_plan->becomes)
		failure = twins_scan(&list, environment);
	if (!failure)
		failure = words_scan(&list, argv + (argc > 0));
	if (failure)
		format_choose_typed(&list);
	if (!failure)
		failure = lines_only_refuse(&list);
	if (!failure)
		failure = is_request(&list) ? request_to_plan(&list, ret_plan)
					    : list_to_plan(&list, ret_plan);
	return failure || plan_is_request(ret_plan) ? failure : plan_check(ret_plan);
}

/* --- a helper's line ------------------------------------------------------------------------ */

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
		if (is_called(&list->at[i], "env"))
			plan->environment = (struct strings){ 0 };
		if (is_called(&list->at[i], "limit"))
			plan->limit_count = 0, plan->limits = NULL;
		if (is_called(&list->at[i], "user"))
			plan->user_from = plan->groups = NULL;
		/* The command alone has these, where it is a line. */
		if (is_called(&list->at[i], "listen"))
			plan->listen_count = 0, plan->listens = NULL;
		if (is_called(&list->at[i], "allow-port"))
			plan->port_count = 0, plan->ports = NULL;
		if (is_called(&list->at[i], "file-env"))
			plan->file_env = (struct strings){ 0 };
	}
}

/* A line that does not say who it is has the command's user, who is known by now. */
static bool says_who(const struct typed_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_called(&list->at[i], "user") || is_called(&list->at[i], "groups"))
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
	failure = words_scan(ret_list, words);
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
	failure = list_apply(&list, plan, true);
	plan->expand = expand;
	if (!failure && says_who(&list))
		failure = user_resolve(plan);
	/* Once more, now that it is known whose HOME it is. */
	if (!failure)
		failure = line_scan(line, place, plan, &list);
	plan->expand = false;
	if (!failure)
		failure = list_apply(&list, plan, false);
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

/* --- all of it ------------------------------------------------------------------------------ */

/* --- help ----------------------------------------------------------------------------------- */

static void row_print(FILE *out, const struct option_row *row)
{
	const char *name =
		text_format("%s--%s%s%s", row->letter ? text_format("-%c, ", row->letter) : "    ",
			    row->name, row->value ? " " : "", row->value ? row->value : "");

	if (strlen(name) > 28)
		(void)fprintf(out, "  %s\n%32s%s\n", name, "", row->help);
	else
		(void)fprintf(out, "  %-30s%s\n", name, row->help);
}

const char *options_help(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return "out of memory\n";
	(void)fputs(
		"usage: drop-init [OPTION]... [--] COMMAND [ARG]...\n\n"
		"An init for containers that drops root: it binds ports, gives away files, becomes a\n"
		"user without capabilities, loads a seccomp filter, and runs COMMAND as PID 1 should.\n\n",
		out);
	for (size_t i = 0; i < option_count; i++) {
		if (!(option_table[i].places & OPTION_LINES_ONLY))
			row_print(out, &option_table[i]);
	}
	(void)fputs(
		"\nEvery option has a twin in the environment: --user is DROP_INIT_USER; values of\n"
		"repeatable ones are separated by spaces and come first; of the others the command\n"
		"line's counts.\n\n"
		"exit status: the command's own; 128+N when signal N ended it; 127 not found;\n"
		"126 not executable; 125 drop-init's own failure.\n",
		out);
	return fclose(out) ? "out of memory\n" : text;
}
