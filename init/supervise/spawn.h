/* spawn.h: starting the command: what happens between the drop and its first instruction.
 *
 * A start can be repeated: all that belongs to one is in struct child. */
#ifndef SPAWN_H
#define SPAWN_H

#include "init/steps/command.h"
#include "init/sys/failure.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	const struct command *command;
	pid_t pid;
	int pidfd;	    /* -1: the kernel has none (before Linux 5.3) */
	int listener;	    /* of the seccomp filter; -1: none */
	bool unexecuted;    /* it was killed before it could be the command */
	int64_t started_ms; /* by clock_ms() */
};

/* Start the command in a process group of its own, in the foreground where we are. Returns when it
 * has been executed. The failure's status is 127 or 126 where it could not be. From the thread that
 * a parent-death signal of the command's is to follow. clone(2), execve(2) */
const struct failure *child_start(const struct command *command, struct child *ret_child);

/* Become the command: --exec. Returns where that failed. */
const struct failure *child_become(const struct command *command);

#endif
