/* command.h: the command, ready to be started: its file, its arguments, its environment, and all
 * that it inherits. */
#ifndef COMMAND_H
#define COMMAND_H

#include "init/filter/filter.h"
#include "init/plan.h"
#include "init/steps/start.h"

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND	    127
#define SHELL		    "/bin/sh"

/* Made beforehand, because the child of a vfork shares our memory and may not allocate. */
struct command {
	const char *path;
	char **argv;
	char **environment;
	char *pid_slot;		  /* where LISTEN_PID's digits go; NULL: no sockets are passed */
	int sockets;		  /* how many descriptors from 3 on it gets */
	signal_mask mask;	  /* the signal mask that we were started with */
	struct sigaction sigchld; /* the disposition of SIGCHLD, the only one that we change */
	struct filter filter;	  /* composed; program.len 0: none */
	char **shell_argv;	  /* for a script without #!; NULL: those are not run */
	int folder;		  /* to go back to from /; -1: we are there still */
	bool session;		  /* it gets a session of its own, and in it our terminal */
	bool listener_wanted;	  /* somebody answers what the filter reports */
	bool listener_needed;	  /* and without that the command must not start */
	bool sheds_capabilities;  /* PID 1 is a broker: what it holds is not the command's */
};

/* Find the command, before anything is changed. Dies, 127, where there is none. */
void command_locate(const char *name, struct command *ret_command);

/* Fill in the rest of a located command, as whoever we are by now; server_arm() adds what has
 * to do with the filter. */
void command_prepare(const struct plan *plan, const struct inherited *inherited,
		     struct command *command);

/* Find name along PATH, or as it is where it has a slash: then *ret_path is name itself, else
 * allocated. Returns 0, or the exit status to end with: 127 when there is no such file. Whether the
 * user may run it is for execve(2) to say. */
int command_find(const char *name, const char **ret_path);

/* 0, or the errno that running this file would give whoever we are. */
int command_try(const char *path);

/* The exit status that the errno of a failed execve(2) stands for: 127 or 126. */
int command_status(int error);

#endif
