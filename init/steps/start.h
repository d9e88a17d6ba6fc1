/* start.h: the state of the process that we were started in, made safe and remembered. */
#ifndef START_H
#define START_H

#include "init/sys/failure.h"
#include "init/sys/signals.h"

#include <signal.h>
#include <sys/types.h>

/* What the command has to be started with, because we were. */
struct inherited {
	signal_mask mask;
	struct sigaction sigchld;
	pid_t parent;
	int sockets; /* descriptors of LISTEN_FDS */
};

/* Refuse to run set-user-ID, fill closed standard streams, and hold every signal back from now on,
 * so that none ends us by chance and none gets lost. */
const struct failure *start_safely(struct inherited *ret_inherited);

/* Ask for this signal when our parent dies (0: none). The kernel forgets it at every change of ids
 * and capabilities, so this comes after them; and the parent may have gone meanwhile. prctl(2) */
const struct failure *start_watch_parent(int parent_death_signal, pid_t parent);

#endif
