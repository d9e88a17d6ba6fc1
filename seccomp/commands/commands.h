/* commands.h: what drop-seccomp can be told to do, each as a function of its parsed command line.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "seccomp/profile/ruleset.h"

#define EXIT_DIFFERENT	 1 /* diff: they differ; check: nothing can be started under it */
#define EXIT_OWN_FAILURE 125

struct command_line {
	const char *output; /* -o, or NULL */
	bool strict;
	struct target target;
	char **operands; /* as many as the command wants, at least */
	int operand_count;
};

/* Each returns the exit status. */
int command_compile(const struct command_line *line);
int command_check(const struct command_line *line);
int command_explain(const struct command_line *line);
int command_show(const struct command_line *line);
int command_diff(const struct command_line *line);

#endif
