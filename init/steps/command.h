/* command.h: the command, ready to be started: its file, its arguments, its environment, and all
 * that it inherits. */
#ifndef COMMAND_H
#define COMMAND_H

#include "init/plan.h"
#include "init/steps/start.h"
#include "init/unotify/unotify.h"

#define SHELL "/bin/sh"

/* Made beforehand, because the child of a vfork shares our memory and may not allocate. */
struct command {
	const struct plan *plan;
	const char *path;
	char **argv;
	char **environment;
	char *pid_slot;		  /* where LISTEN_PID's digits go; NULL: no sockets are passed */
	int sockets;		  /* how many descriptors from 3 on it gets */
	signal_mask mask;	  /* the signal mask that we were started with */
	struct sigaction sigchld; /* the disposition of SIGCHLD, the only one that we change */
	char **shell_argv;	  /* for a script without #!; NULL: those are not run */
	int folder;		  /* to go back to from /; -1: we are there still */
	bool session;		  /* it gets a session of its own, and in it our terminal */
	const struct unotify *unotify; /* its filter, and who answers what that reports */
};

struct run;
struct outlook;

/* Is there such a command at all? Before anything is changed. 127 where there is none; whether the
 * user may run it is for execve(2) to say. */
const struct failure *command_find(struct run *run);

/* --chdir: as the user, before the command is looked for. chdir(2) */
void folder_check(struct run *run, struct outlook *outlook);
const struct failure *folder_run(struct run *run);

/* Find it with the user's eyes, who may search other folders of PATH than root, and make ready all
 * that it is started with. */
void command_check(struct run *run, struct outlook *outlook);
const struct failure *command_run(struct run *run);

#endif
