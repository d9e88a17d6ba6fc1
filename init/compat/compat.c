#include "init/compat/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE 2048

static const struct compat *const known[] = { &compat_tini, &compat_dumb_init, &compat_catatonit,
					      &compat_gosu, &compat_su_exec,   NULL };

/* Who we stand in for, and by which of its names: set once, by compat_find(). */
static const struct compat *current;
static const char *called;

const struct compat *compat_find(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	called = slash ? slash + 1 : argv0;
	for (const struct compat *const *candidate = known; *candidate; candidate++) {
		for (const char *const *name = (*candidate)->names; *name; name++) {
			if (!strcmp(called, *name))
				return current = *candidate;
		}
	}
	return NULL;
}

/* Not one of our messages: it has no prefix, and several lines. Each % in it becomes our name. */
static void say(int fd, const char *text)
{
	char whole[TEXT_SIZE];
	size_t length = 0;

	while (*text && length < TEXT_SIZE) {
		const size_t literal = strcspn(text, "%");

		length += (size_t)snprintf(whole + length, TEXT_SIZE - length, "%.*s%s",
					   (int)literal, text, text[literal] ? called : "");
		text += literal + (text[literal] != '\0');
	}
	if (write(fd, whole, length < TEXT_SIZE ? length : TEXT_SIZE - 1) < 0)
		_exit(current->style.own_failure);
}

void compat_print_help(struct plan *plan, const struct typed *typed)
{
	(void)plan, (void)typed;
	say(current->text_fd, current->help);
	_exit(EXIT_SUCCESS);
}

void compat_print_version(struct plan *plan, const struct typed *typed)
{
	(void)plan, (void)typed;
	say(current->text_fd, current->version);
	_exit(EXIT_SUCCESS);
}

void compat_refuse_usage(const char *text)
{
	say(STDERR_FILENO, text);
	_exit(current->style.own_failure);
}

void compat_refuse(enum option_mistake mistake, const char *word)
{
	static const char *const words[][2][2] = {
		/* for a letter, and for a name */
		[OPTION_UNKNOWN] = { { "invalid option -- '", "'" },
				     { "unrecognized option '", "'" } },
		[OPTION_VALUE_UNWANTED] = { { "", "" },
					    { "option '", "' doesn't allow an argument" } },
		[OPTION_VALUE_MISSING] = { { "option requires an argument -- '", "'" },
					   { "option '", "' requires an argument" } },
	};
	const bool is_name = word[1] == '-';
	const char *const *say_it = words[mistake][is_name];
	char line[256];

	snprintf(line, sizeof(line), "%%: %s%.*s%s\n", say_it[0], (int)strcspn(word, "="),
		 word + !is_name, say_it[1]);
	say(STDERR_FILENO, line);
	compat_refuse_usage(current->usage_after_mistake ? current->usage_after_mistake : "");
}

void compat_begin(const struct compat *compat, struct plan *plan)
{
	message_speak(&compat->style);
	event_speak(compat->words);
	compat->begin(plan);
}

void compat_finish(const struct compat *compat, struct plan *plan)
{
	if (compat->finish)
		compat->finish(plan);
	message_configure(plan->verbosity, plan->json);
	if (plan->becomes && *plan->command)
		plan->user = *plan->command++;
	if (!*plan->command)
		compat_refuse_usage(compat->usage);
}
