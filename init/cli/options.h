/* options.h: the command line, its environment twins and the lines of helpers, from text to a plan.
 *
 * Nothing has happened to the system when this is done, and anything that is not understood is a
 * failure that names what was typed. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "init/compat/option_row.h"
#include "init/plan.h"

/* Every option there is: the command line, the environment, the lines of helpers, --help and the
 * completions read this. */
extern const struct option_row option_table[];
extern const size_t option_count;

/* Fill *ret_plan from argv and the environment. What is in the plan points into both. Where it is
 * only to be printed something, plan->print says so. */
const struct failure *options_parse(int argc, char **argv, char **environment,
				    struct plan *ret_plan);

/* The options of a helper's line, and the command behind them, into a plan that holds what is left
 * out. PLACE is where the line stands, TYPED how it is called in a failure. */
const struct failure *options_parse_line(const char *typed, const char *line,
					 enum option_place place, struct plan *plan);

/* The option table as text, allocated. */
const char *options_help(void);

#endif
