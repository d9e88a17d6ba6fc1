/* child.h: starting the command: what happens between the drop and its first instruction. */
#ifndef CHILD_H
#define CHILD_H

#include "init/steps/command.h"

#include <sys/types.h>

struct child {
	pid_t pid;
	int pidfd;    /* -1: the kernel has none (before Linux 5.2) */
	int listener; /* of the seccomp filter; -1: none */
};

/* Start the command in a process group of its own, in the foreground where we are. Returns when it
 * has been executed. Dies, 127 or 126 included, where it could not be. clone(2), execve(2) */
void child_start(struct command *command, struct child *ret_child);

/* Become the command: --exec. */
_Noreturn void child_become(struct command *command);

#endif
