/* reap.h: how our children end, and learning of it.
 *
 * Where the kernel tells a pidfd's holder how the process ended (PIDFD_INFO_EXIT), nobody has to be
 * waited for: SIGCHLD can be ignored, and no zombie ever forms. Elsewhere waitpid(2), in batches.
 */
#ifndef REAP_H
#define REAP_H

#include "init/sys/failure.h"

#include <stdbool.h>
#include <sys/types.h>

/* Will the kernel tell how the process of this pidfd (or -1) ended, though nobody waited for it? */
bool reap_status_survives(int pidfd);

/* How the process of this pidfd ended, as waitpid(2) gives it, once the pidfd has hung up. False,
 * with errno set, where the kernel does not tell. */
bool reap_status(int pidfd, int *ret_status);

enum reap_left { REAP_NONE, REAP_ALIVE, REAP_MORE_TO_REAP };

/* A line for each orphan, but not for who is a child of ours from birth. */
struct reap_lines {
	bool (*is_own)(const void *context, pid_t pid); /* NULL: nobody but the command is */
	const void *context;
};

/* Wait for a bounded batch of those that have ended, without blocking. *ret_ended tells whether the
 * command was among them, and then *ret_status how it ended; both are untouched where it was not.
 * With lines each orphan is an event, with its name. Returns what is left, or -errno. */
int reap_batch(pid_t command, const struct reap_lines *lines, bool *ret_ended, int *ret_status);
const struct failure *reap_failure(int error);

#endif
