/* compat.h: standing in for another init or step-down program: called by its name (a copy, a
 * link), drop-init takes that one's options, environment and manners, so that replacing the file is
 * enough.
 *
 * Each is one table, of what it calls things and how it begins and ends; what that comes to is the
 * same plan and the same steps. Where those programs have bugs the table does not: parsing stops at
 * the first operand, a failed exec is 127 or 126, and nothing of ours goes to standard output
 * unasked. */
#ifndef COMPAT_H
#define COMPAT_H

#include "init/compat/option_row.h"
#include "init/sys/event.h"

struct compat {
	const char *const names[3]; /* the base names of argv[0], up to a NULL */
	const struct option_row *rows;
	size_t row_count;
	const struct event_words *words;
	struct message_style style;
	int text_fd; /* where what was asked to be printed goes */
	const char *version;
	const char *help;		   /* what -h prints; % in it is our name */
	const char *usage;		   /* what is said where no command is given; % as well */
	const char *usage_after_mistake;   /* what follows a mistake in an option; NULL: nothing */
	void (*begin)(struct plan *plan);  /* what it does unasked */
	void (*finish)(struct plan *plan); /* its environment variables; NULL: none */
};

extern const struct compat compat_tini, compat_dumb_init, compat_catatonit, compat_gosu,
	compat_su_exec;

/* The one with this name; NULL: we are ourselves. */
const struct compat *compat_find(const char *argv0);

/* Before the options are parsed: speak as it does from now on, and plan what it does unasked. */
void compat_begin(const struct compat *compat, struct plan *plan);

/* After that: its environment. A failure where there is no command, in its words. */
const struct failure *compat_finish(const struct compat *compat, struct plan *plan,
				    bool has_operand);

/* What can be wrong with an option before its value is looked at. */
enum option_mistake { OPTION_UNKNOWN, OPTION_VALUE_UNWANTED, OPTION_VALUE_MISSING };

/* What is wrong with the option that word is, as getopt_long(3) says it. */
const struct failure *compat_refuse(enum option_mistake mistake, const char *word);

/* This usage message, in which % is our name. */
const struct failure *compat_usage(const char *text);

/* Rows that several have: what was asked for is printed, and nothing started. */
const char *compat_print_help(struct plan *plan, const char *value);
const char *compat_print_version(struct plan *plan, const char *value);

/* catatonit -P, the process of a pod that only keeps its namespaces: reap until TERM or INT. */
void compat_pause(void);

#endif
