#include "init/supervise/spawn.h"

#include "init/privileges/capabilities.h"
#include "init/steps/command.h"
#include "init/sys/descriptors.h"
#include "init/steps/executable.h"
#include "init/steps/limits.h"
#include "init/sys/effect.h"
#include "init/sys/event.h"
#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/supervise/session.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_SIZE 16384 /* of the child: system calls, and no signal is handled */

/* The child's side. It shares our memory, and we are suspended until it has executed the command or
 * exited: so it reports by writing here, which no filter and no full pipe can stop. */
struct start {
	struct command *command;
	int terminal; /* the terminal to be put in the foreground of; -1: none */
	int listener;
	const char *failed; /* NULL: nothing has */
	int error;
};

static int start_fail(struct start *start, const char *what, int error)
{
	start->failed = what;
	start->error = error;
	return -1;
}

/* Descriptors are close-on-exec from birth; this is the one place where some stop being so. */
static int pass_descriptors(const struct command *command)
{
	char digits[21];
	const char *text;
	int result;
	pid_t pid;

	/* Whatever we opened and closed since, the standard streams are there still. */
	for (int fd = 0; fd < LISTEN_FDS_START; fd++) {
		if (fcntl(fd, F_GETFD))
			return -EBADF;
	}
	for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + command->sockets; fd++) {
		result = effect_close_on_exec(fd, false);
		if (result)
			return result;
	}
	if (!command->pid_slot)
		return 0;
	pid = getpid();
	text = number_format((uint64_t)pid, digits);
	memcpy(command->pid_slot, text, strlen(text) + 1); /* the slot takes any pid */
	return pid == (pid_t)syscall(SYS_gettid) ? 0 : -ENOEFFECT;
}

/* The last steps, in the process that becomes the command. Returns only when one failed. */
static int execute(struct start *start)
{
	struct command *command = start->command;
	int result;

	result = pass_descriptors(command);
	if (result)
		return start_fail(start, "cannot pass the streams and sockets", -result);
	if (command->folder >= 0 && fchdir(command->folder))
		return start_fail(start, "cannot go back to the working folder", errno);
	result = command->sheds_capabilities ? capabilities_empty() : 0;
	if (result)
		return start_fail(start, "cannot give up CAP_NET_BIND_SERVICE", -result);
	result = effect_action(SIGCHLD, &command->sigchld, NULL);
	if (result)
		return start_fail(start, "cannot restore the disposition of SIGCHLD", -result);
	result = limits_apply(command->plan);
	if (result)
		return start_fail(start, "cannot set the limits of --limit", -result);
	result = signals_set_mask(command->mask, NULL);
	if (result)
		return start_fail(start, "cannot restore the signal mask", -result);
	if (command->filter.program.len)
		result = filter_load(&command->filter,
				     command->listener_wanted ? &start->listener : NULL);
	if (result)
		return start_fail(start, "cannot load the seccomp filter", -result);
	if (command->listener_needed && start->listener < 0)
		return start_fail(start, "cannot have the seccomp listener", EBUSY);
	/* From here only execve(2) and _exit(2): the filter may refuse anything else. */
	result = execve(command->path, command->argv, command->environment);
	if (result && errno == ENOEXEC && command->shell_argv)
		result = execve(SHELL, command->shell_argv, command->environment);
	return start_fail(start, NULL, result ? errno : ENOEFFECT);
}

/* The group exists before the command does, so that no signal to it can come too early. */
static int make_group(struct start *start)
{
	const int result = start->command->session ? session_make() : effect_own_group();

	if (result)
		return start_fail(start, "cannot make a process group", -result);
	if (start->command->session)
		return 0;
	if (start->terminal >= 0 && tcsetpgrp(start->terminal, getpid()) && errno != ENOTTY)
		return start_fail(start, "cannot put the command in the foreground", errno);
	return 0;
}

static int child_main(void *argument)
{
	struct start *start = argument;

	if (!make_group(start))
		execute(start);
	_exit(EXIT_OWN_FAILURE);
}

/* The terminal that we are in the foreground of; -1 where we are not, and must not steal it. */
static int foreground_terminal(void)
{
	const pid_t group = getpgrp();

	for (int fd = 0; fd < 3; fd++) {
		const pid_t foreground = tcgetpgrp(fd);

		if (foreground >= 0)
			return foreground == group ? fd : -1;
	}
	return -1;
}

static _Noreturn void start_refuse(const struct start *start)
{
	const char *name = start->command->argv[0];

	if (start->failed)
		die("%s: %s: %s; not starting it", name, start->failed, strerror(start->error));
	exit(event_say_failure(executable_refuse(name, start->command->path, start->error)));
}

void child_start(struct command *command, struct child *ret_child)
{
	/* CLONE_VFORK: no page table is copied, and when we go on the command has been executed.
	 * CLONE_FILES: the filter's listener is ours from the moment that it exists; execve(2)
	 * gives the command a table of its own. */
	const int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD;
	_Alignas(16) char stack[STACK_SIZE];
	struct start start = { .command = command,
			       .terminal = foreground_terminal(),
			       .listener = -1 };
	pid_t pid;

	if (command->session)
		session_leave_terminal();
	if (command->folder >= 0)
		(void)chdir("/"); /* told of below */
	pid = clone(child_main, stack + sizeof(stack), flags, &start);
	if (pid < 0)
		die("%s: cannot create a process: %s%s", command->argv[0], strerror(errno),
		    errno == EAGAIN ? " (its user is at the limit of processes: ulimit -u)" : "");
	if (start.failed || start.error)
		start_refuse(&start);
	/* The command first: what PID 1 still has to do is not to come before its first
	 * instruction, where both have the same processor. */
	(void)sched_yield(); /* always succeeds */
	if (chdir("/"))
		message(MESSAGE_DEBUG, "PID 1 keeps the working folder's mount busy: %s",
			strerror(errno));
	if (command->session)
		event_tell(EVENT_SESSION_MADE, (struct event_facts){ 0 });
	if (command->folder >= 0)
		(void)close(command->folder); /* or it keeps that folder's mount busy */
	*ret_child = (struct child){ .pid = pid, .listener = start.listener };
	/* Not by CLONE_PIDFD, which the command would wait for. Nobody has reaped it, so its number
	 * is still its own. Without pidfds, before Linux 5.3, this is -1. */
	ret_child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
}

void child_become(struct command *command)
{
	struct start start = { .command = command, .listener = -1 };

	execute(&start);
	start_refuse(&start);
}
