#include "init/cli/options.h"

#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/cli/output.h"
#include "init/compat/compat.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWIN_PREFIX "DROP_INIT_"
#define MAX_OPTIONS 64

/* One pass over the options of argv. The first pass only marks what is there, so that the twins of
 * those are left alone; the second applies them. */
struct pass {
	struct plan *plan;
	const struct compat *compat; /* NULL: our own options */
	const struct option_row *rows;
	size_t count;
	bool apply;
	bool seen[MAX_OPTIONS];
};

void options_refuse(const struct typed *typed, const char *format, ...)
{
	const struct option_row *row = typed->row;
	char reason[512];
	char name[64] = { '-', row->letter };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	if (row->name)
		snprintf(name, sizeof(name), typed->from_environment ? "%s" : "--%s", row->name);
	if (!typed->from_environment)
		die("%s%s%s: %s", name, typed->value ? " " : "", typed->value ? typed->value : "",
		    reason);
	for (char *at = name; *at; at++)
		*at = *at == '-' ? '_' : (char)(*at - ('a' - 'A'));
	die(TWIN_PREFIX "%s=%s: %s", name, typed->value, reason);
}

static _Noreturn void mistake_refuse(const struct pass *pass, enum option_mistake mistake,
				     const char *word, const struct option_row *row)
{
	if (pass->compat)
		compat_refuse(mistake, word);
	if (mistake == OPTION_UNKNOWN)
		die("%s: no such option (see drop-init --help)", word);
	if (mistake == OPTION_VALUE_UNWANTED)
		die("%s: takes no value", word);
	die("%s: needs a value: %s %s", word, word, row->value);
}

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

static const struct option_row *row_by_letter(const struct pass *pass, char letter)
{
	for (size_t i = 0; i < pass->count; i++) {
		if (pass->rows[i].letter == letter)
			return &pass->rows[i];
	}
	return NULL;
}

static void option_take(struct pass *pass, const struct option_row *row, const char *value)
{
	const struct typed typed = { row, value, false };
	const struct option_row *ours = pass->compat ? NULL : row;
	void (*apply)(struct plan * plan, const struct typed *typed);

	if (pass->compat && row->means)
		ours = row_by_name(option_table, option_count, row->means, strlen(row->means));
	apply = row->apply || !ours ? row->apply : ours->apply;
	if (pass->apply && apply)
		apply(pass->plan, &typed);
	if (ours)
		pass->seen[ours - option_table] = true;
}

/* "--name", "--name value" or "--name=value"; returns how many words that took. */
static int long_option(struct pass *pass, char **words)
{
	const char *name = words[0] + 2;
	const size_t length = strcspn(name, "=");
	const struct option_row *row = row_by_name(pass->rows, pass->count, name, length);
	const char *value = name[length] ? name + length + 1 : NULL;

	if (!row)
		mistake_refuse(pass, OPTION_UNKNOWN, words[0], NULL);
	if (!row->value) {
		if (value)
			mistake_refuse(pass, OPTION_VALUE_UNWANTED, words[0], row);
		option_take(pass, row, NULL);
		return 1;
	}
	if (!value && !words[1])
		mistake_refuse(pass, OPTION_VALUE_MISSING, words[0], row);
	option_take(pass, row, value ? value : words[1]);
	return value ? 1 : 2;
}

/* "-g", "-gv", "-uUSER" or "-u USER"; returns how many words that took. */
static int short_options(struct pass *pass, char **words)
{
	for (const char *at = words[0] + 1; *at; at++) {
		const struct option_row *row = row_by_letter(pass, *at);
		const char word[] = { '-', *at, '\0' };

		if (!row)
			mistake_refuse(pass, OPTION_UNKNOWN, word, NULL);
		if (!row->value) {
			option_take(pass, row, NULL);
			continue;
		}
		if (!at[1] && !words[1])
			mistake_refuse(pass, OPTION_VALUE_MISSING, word, row);
		option_take(pass, row, at[1] ? at + 1 : words[1]);
		return at[1] ? 1 : 2;
	}
	return 1;
}

/* Walk the options up to the first operand; returns the command's argv. */
static char **pass_run(struct pass *pass, char **words)
{
	while (*words && words[0][0] == '-' && words[0][1]) {
		if (!strcmp(*words, "--"))
			return words + 1;
		words += words[0][1] == '-' ? long_option(pass, words) : short_options(pass, words);
	}
	return words;
}

/* The option whose twin this variable is; *ret_value is where the value begins. */
static const struct option_row *row_by_variable(const char *variable, const char **ret_value)
{
	const char *name = variable + strlen(TWIN_PREFIX);
	char lower[48];
	size_t length = 0;

	if (strncmp(variable, TWIN_PREFIX, strlen(TWIN_PREFIX)) != 0)
		return NULL;
	for (; name[length] && name[length] != '=' && length < sizeof(lower); length++) {
		char c = name[length];

		if (c != '_' && (c < 'A' || c > 'Z'))
			return NULL;
		lower[length] = c == '_' ? '-' : (char)(c + ('a' - 'A'));
	}
	if (name[length] != '=')
		return NULL;
	*ret_value = name + length + 1;
	return row_by_name(option_table, option_count, lower, length);
}

bool options_is_twin(const char *variable)
{
	const char *value;
	const struct option_row *row = row_by_variable(variable, &value);

	return row && row->kind != ACTION;
}

/* How often a flag's twin switches it on: no, yes, or a number for those that can be repeated. */
static uint64_t flag_count(const struct typed *typed)
{
	static const char *const no[] = { "0", "false", "no", "off" };
	static const char *const yes[] = { "1", "true", "yes", "on" };
	uint64_t count;

	for (size_t i = 0; i < 4; i++) {
		if (!strcmp(typed->value, no[i]))
			return 0;
		if (!strcmp(typed->value, yes[i]))
			return 1;
	}
	if (typed->row->kind == REPEATABLE && number_parse(typed->value, 0, 9, &count))
		return count;
	options_refuse(typed, "neither yes nor no (1, true, yes, on; 0, false, no, off)");
}

/* Split a copy at spaces. The words stay: the plan points into them. */
static void apply_words(struct plan *plan, struct typed *typed)
{
	char *rest = strdup(typed->value);

	if (!rest)
		options_refuse(typed, "%s", strerror(errno));
	for (char *word; (word = strsep(&rest, " "));) {
		if (!*word) /* NOLINT(clang-analyzer-unix.Malloc): the plan has the words */
			continue;
		typed->value = word;
		typed->row->apply(plan, typed);
	}
}

static void environment_apply(struct pass *pass, const char *variable)
{
	struct typed typed = { .from_environment = true };

	typed.row = row_by_variable(variable, &typed.value);
	if (!typed.row)
		die("%s: no option has this name (see drop-init --help)", variable);
	if (typed.row->kind == ACTION || pass->seen[typed.row - option_table])
		return;
	if (!typed.row->value) {
		for (uint64_t count = flag_count(&typed); count; count--)
			typed.row->apply(pass->plan, &(struct typed){ typed.row, NULL, true });
	} else if (!*typed.value) {
		options_refuse(&typed, "empty (unset it, or give it a value)");
	} else if (typed.row->kind == REPEATABLE) {
		apply_words(pass->plan, &typed);
	} else {
		typed.row->apply(pass->plan, &typed);
	}
}

void options_parse(int argc, char **argv, char **environment, struct plan *ret_plan)
{
	const struct compat *compat = argc > 0 ? compat_find(argv[0]) : NULL;
	struct plan plan = { .umask = MODE_UNSET, .stop_timeout_ms = 5000, .subreaper = true };
	struct pass pass = { .plan = &plan, .compat = compat };

	pass.rows = compat ? compat->rows : option_table;
	pass.count = compat ? compat->row_count : option_count;
	for (int n = 0; n < SIGNAL_COUNT; n++)
		plan.rewrite[n] = (uint8_t)n;
	if (compat)
		compat_begin(compat, &plan);
	(void)pass_run(&pass, argv + (argc > 0));
	for (; *environment && !plan.becomes; environment++) {
		if (!strncmp(*environment, TWIN_PREFIX, strlen(TWIN_PREFIX)))
			environment_apply(&pass, *environment);
	}
	pass.apply = true;
	plan.command = pass_run(&pass, argv + (argc > 0));
	if (compat)
		compat_finish(compat, &plan);
	*ret_plan = plan;
}

void options_print_help(void)
{
	output_write(
		"usage: drop-init [OPTION]... [--] COMMAND [ARG]...\n\n"
		"An init for containers that drops root: it binds ports, gives away files, becomes a\n"
		"user without capabilities, loads a seccomp filter, and runs COMMAND as PID 1 should.\n\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		char option[80] = "    ", text[256];

		if (row->letter)
			snprintf(option, sizeof(option), "-%c, ", row->letter);
		snprintf(option + 4, sizeof(option) - 4, "--%s%s%s", row->name,
			 row->value ? " " : "", row->value ? row->value : "");
		snprintf(text, sizeof(text),
			 strlen(option) > 28 ? "  %s\n%32s%s\n" : "  %-30s%.0s%s\n", option, "",
			 row->help);
		output_write(text);
	}
	output_write(
		"\nEvery option has a twin in the environment: --user is DROP_INIT_USER; values of\n"
		"repeatable ones are separated by spaces, and the command line wins.\n\n"
		"exit status: the command's own; 128+N when signal N ended it; 127 not found;\n"
		"126 not executable; 125 drop-init's own failure.\n");
}
