#include "init/compat/compat.h"

#include "init/sys/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Each % in a text becomes our name. */
static const char *text_complete(const char *text)
{
	char *whole = NULL;
	size_t size;
	FILE *out = open_memstream(&whole, &size);

	if (!out)
		return text;
	for (; *text; text++) {
		if (*text == '%')
			(void)fputs(called, out); /* fclose(3) tells of a failure */
		else
			(void)fputc(*text, out);
	}
	return fclose(out) ? text : whole;
}

static const char *print(struct plan *plan, const char *text)
{
	if (!plan->print.text)
		plan->print = (struct print_request){ text_complete(text), current->text_fd,
						      EXIT_SUCCESS };
	return NULL;
}

const char *compat_print_help(struct plan *plan, const char *value)
{
	(void)value;
	return print(plan, current->help);
}

const char *compat_print_version(struct plan *plan, const char *value)
{
	(void)value;
	return print(plan, current->version);
}

const struct failure *compat_usage(const char *text)
{
	return failure_verbatim(EXIT_OWN_FAILURE, text_complete(text));
}

const struct failure *compat_refuse(enum option_mistake mistake, const char *word)
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
	const char *usage = current->usage_after_mistake ? current->usage_after_mistake : "";

	return failure_verbatim(EXIT_OWN_FAILURE,
				text_format("%s: %s%.*s%s\n%s", called, say_it[0],
					    (int)strcspn(word, "="), word + !is_name, say_it[1],
					    text_complete(usage)));
}

void compat_begin(const struct compat *compat, struct plan *plan)
{
	message_speak(&compat->style);
	event_speak(compat->words);
	compat->begin(plan);
}

const struct failure *compat_finish(const struct compat *compat, struct plan *plan,
				    bool has_operand)
{
	if (compat->finish)
		compat->finish(plan);
	message_configure(plan->verbosity, plan->json);
	if (!has_operand && !plan->print.text && !plan->pause && !plan->default_command)
		return compat_usage(compat->usage);
	return NULL;
}
