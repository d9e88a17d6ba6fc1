/* option_row.h: one option: how it is written, and how its value becomes part of the plan. */
#ifndef OPTION_ROW_H
#define OPTION_ROW_H

#include "init/plan.h"

/* Where an option may stand, besides the command line. */
enum option_place {
	OPTION_ON_LINE = 1,    /* a helper's line */
	OPTION_IN_FILE = 2,    /* a line of --with-file: it gives no right */
	OPTION_LINES_ONLY = 4, /* of helpers: not on the command line */
};

struct option_row {
	char letter; /* 0: none */
	enum option_kind {
		OPTION_ONCE, /* the last one counts, and the command line's before the twin's */
		OPTION_REPEATABLE, /* all of them count, the twin's first */
		OPTION_ACTION,	   /* prints, or looks at what runs; it has no twin */
	} kind;
	uint16_t places; /* enum option_place */
	/* Without apply: where in the plan a flag's bool or a value's text is. 0: nowhere. */
	uint16_t at;
	const char *name;
	const char *value; /* what --help calls it; NULL: a flag */
	const char *help;
	/* Returns NULL, or what is wrong with the value. */
	const char *(*apply)(struct plan *plan, const char *value);
	/* In the table of a program that we stand in for: without apply, the option of ours that
	 * does the same. */
	const char *means;
};

#endif
