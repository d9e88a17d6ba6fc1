/* typed.h: options as they were typed, before any of them is applied. */
#ifndef TYPED_H
#define TYPED_H

#include "init/compat/compat.h"
#include "init/compat/option_row.h"

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

/* "--user 0" or "DROP_INIT_USER=0", allocated. */
const char *typed_format(const struct typed *typed);

/* WRONG is what is wrong with its value. */
const struct failure *typed_refuse(const struct typed_list *list, const struct typed *typed,
				   const char *wrong);

/* The row of ours that stands behind a row of another program's; NULL: none does. */
const struct option_row *typed_row_of_ours(const struct option_row *row);

/* Is it the option of ours with this name? */
bool typed_is_called(const struct typed *typed, const char *name);

const struct failure *typed_add(struct typed_list *list, const struct option_row *row,
				const char *value, bool twin);

/* Add all options up to the first operand, which list->operands then points to. */
const struct failure *typed_scan(struct typed_list *list, char **words);

#endif
