/* environment.h: the command's environment: ours, without our options, with the user's own values.
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "init/plan.h"

#include <stdbool.h>

/* Two variables, as NAME=value or NAME: have they the same name? */
bool variable_names_agree(const char *a, const char *b);

/* Make the command's environment from ours. DROP_INIT_* twins are left out, and what --file-env has
 * read; with an identity HOME, USER and LOGNAME are its own; where sockets are passed (inherited
 * ones, then the plan's) LISTEN_FDS and LISTEN_FDNAMES are set and *ret_pid_slot is where the
 * digits of LISTEN_PID go, else it is NULL. A LISTEN_* that is not for us is left out: the command
 * must not believe it. --env comes last. SECRETS, as NAME=value, are pointed to and not copied. */
const struct failure *environment_make(const struct plan *plan, char **ours, int inherited,
				       const struct strings *secrets, char ***ret_environment,
				       char **ret_pid_slot);

#endif
