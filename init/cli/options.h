/* options.h: the command line and its environment twins, from text to a plan.
 *
 * Nothing has happened to the system when this is done, and anything that is not understood has
 * ended the run with a message that names what was typed, status 125.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "init/plan.h"

/* Where a value came from, for messages, and what it was. */
struct typed {
	const struct option_row *row;
	const char *value; /* NULL for a flag */
	bool from_environment;
};

struct option_row {
	char letter; /* 0: none */
	/* an ACTION prints and exits; it has no twin */
	enum __attribute__((packed)) { ONCE, REPEATABLE, ACTION } kind;
	const char *name;
	const char *value; /* what --help calls it; NULL: a flag */
	void (*apply)(struct plan *plan, const struct typed *typed);
	union {
		const char *help;
		/* In the table of a program that we stand in for: the option of ours that does the
		 * same. With apply it is only the one whose twin this overrides. NULL: none */
		const char *means;
	};
};

/* What can be wrong with an option before its value is looked at. */
enum option_mistake { OPTION_UNKNOWN, OPTION_VALUE_UNWANTED, OPTION_VALUE_MISSING };

/* Every option there is: the command line, the environment, --help and the completions read this.
 */
extern const struct option_row option_table[];
extern const size_t option_count;

/* Fill *ret_plan from argv and the environment; dies where they are not understood. Strings in the
 * plan point into both. */
void options_parse(int argc, char **argv, char **environment, struct plan *ret_plan);

/* Say what is wrong with what was typed ("--user 0: …" or "DROP_INIT_USER=0: …"), and exit 125. */
_Noreturn void options_refuse(const struct typed *typed, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print the option table; the --help action. */
void options_print_help(void);

/* Is this "NAME=value" of the environment a twin of an option? Those are not the command's. */
bool options_is_twin(const char *variable);

#endif
