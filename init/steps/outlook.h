/* outlook.h: --check: what the steps so far would say and do, for whoever reads it and for the
 * steps after them. */
#ifndef OUTLOOK_H
#define OUTLOOK_H

#include "init/plan.h"

struct outlook_line {
	bool ok;
	const char *helper, *step, *text; /* helper: NULL for the command */
};

struct outlook {
	const char *helper; /* whose steps they are; NULL: the command's */
	const char *step;   /* whose turn it is */
	struct outlook_line *lines;
	size_t line_count;
	bool names_command; /* it is a file's line, and has been looked at there */
	bool no_drop;	    /* stepping down would fail: nothing can be tried as the user */
	const struct chown_spec **chowns; /* these would be done */
	size_t chown_count;
};

/* A line of the step whose turn it is. */
void outlook_say(struct outlook *outlook, bool ok, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "NO", and why: of what it is about ("0.0.0.0:80") only the reason and the advice are said. */
void outlook_refuse(struct outlook *outlook, const char *about, const struct failure *failure);

/* Add the lines of a helper's. */
void outlook_take(struct outlook *outlook, const struct outlook *from);

/* This would be done by a later step's time. */
void outlook_add_chown(struct outlook *outlook, const struct chown_spec *spec);

/* NOW stands in the way of the user of this plan's command (no plan: in ours), who is to do with
 * path what access(2) calls WANTED; NULL: nothing does. What will, once every --chown is done? By
 * the owners and modes that are foreseen of the file and of the folders above it, where a --chown
 * has to do with it. *ret_once is
 * ", once --chown PATH is done" where it takes one, else "". */
const char *outlook_obstacle(const struct outlook *outlook, const struct plan *plan,
			     const char *path, int wanted, const char *now, const char **ret_once);

#endif
