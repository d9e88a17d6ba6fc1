#include "init/supervise/spawn.h"

#include "init/privileges/capabilities.h"
#include "init/steps/command.h"
#include "init/steps/executable.h"
#include "init/steps/limits.h"
#include "init/sys/clock.h"
#include "init/sys/descriptors.h"
#include "init/sys/effect.h"
#include "init/sys/event.h"
#include "init/sys/file.h"
#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/sys/process.h"
#include "init/sys/text.h"
#include "init/supervise/session.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE (64 << 10) /* of the child: system calls, and no signal is handled */

/* What failed. */
struct report {
	const char *what; /* NULL with an error: the execution */
	int error;
};

/* The child's side. It shares our memory, and we are suspended until it has executed the command or
 * ended: so it reports by writing here, which no filter and no full pipe can stop. */
struct start {
	const struct command *command;
	int terminal; /* the terminal to be put in the foreground of; -1: none */
	int home;     /* where a copy of the report goes, should all that not be so; -1: nowhere */
	int listener;
	struct report report;
};

static int start_fail(struct start *start, const char *what, int error)
{
	const struct report report = { what, error };

	start->report = report;
	if (start->home >= 0)
		(void)!write(start->home, &report, sizeof(report)); /* seldom read */
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
	const struct command *command = start->command;
	const struct unotify *unotify = command->unotify;
	int result;

	result = pass_descriptors(command);
	if (result)
		return start_fail(start, "cannot pass the streams and sockets", -result);
	if (command->folder >= 0 && fchdir(command->folder))
		return start_fail(start, "cannot go back to the working folder", errno);
	result = unotify->reports & REPORT_BINDS ? capabilities_empty() : 0;
	if (result)
		return start_fail(start, "cannot give up CAP_NET_BIND_SERVICE", -result);
	result = effect_action(SIGCHLD, &command->sigchld, NULL);
	if (result)
		return start_fail(start, "cannot restore the disposition of SIGCHLD", -result);
	/* A helper does not outlive its keeper. prctl(2) */
	if (command->plan->helper.name && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0))
		return start_fail(start, "cannot have it end with its keeper", errno);
	result = limits_apply(command->plan);
	if (result)
		return start_fail(start, "cannot set the limits of --limit", -result);
	signals_unkeep();
	result = signals_set_mask(command->mask, NULL);
	if (result)
		return start_fail(start, "cannot restore the signal mask", -result);
	if (unotify->filter.program.len)
		result = filter_load(&unotify->filter,
				     unotify_wants_listener(unotify) ? &start->listener : NULL);
	if (result)
		return start_fail(start, "cannot load the seccomp filter", -result);
	if (unotify_needs_listener(unotify) && start->listener < 0)
		return start_fail(start, "cannot have the seccomp listener", EBUSY);
	/* From here only execve(2) and the end: the filter may refuse anything else. */
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

/* Whatever a filter makes of the first of these, the second is an end. */
static _Noreturn void child_end(void)
{
	(void)syscall(SYS_exit_group, EXIT_OWN_FAILURE);
	__builtin_trap();
}

static int child_main(void *argument)
{
	struct start *start = argument;

	if (!make_group(start))
		execute(start);
	child_end();
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

/* --- our side ------------------------------------------------------------------------------- */

static bool refuses_execution(const struct filter *profile)
{
	const struct seccomp_data call = { .nr = SYS_execve, .arch = FILTER_ARCH };

	return profile->program.len &&
	       program_run(&profile->program, &call).action != SECCOMP_RET_ALLOW;
}

static const struct failure *start_failure(const struct start *start)
{
	const struct command *command = start->command;
	const struct filter *profile = command->unotify->profile;
	const char *name = command->argv[0];
	const int error = start->report.error;

	if (command->folder >= 0)
		(void)!fchdir(command->folder); /* for the advice: the path may be relative */
	if (start->report.what)
		return failure_new(name, error, NULL, "not starting it: %s", start->report.what);
	if (error == EPERM && refuses_execution(profile))
		return failure_with_status(
			EXIT_NOT_EXECUTABLE, name, EPERM,
			text_format("the seccomp profile '%s' refuses execve(2)", profile->name),
			"cannot run %s", command->path);
	return executable_refuse(name, command->path, error);
}

static size_t guard_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* With a page below it that it cannot grow into. Returns its end; NULL without memory. */
static char *stack_new(void)
{
	const size_t size = guard_size() + STACK_SIZE;
	char *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room != MAP_FAILED && !mprotect(room, guard_size(), PROT_NONE))
		return room + size;
	if (room != MAP_FAILED)
		(void)munmap(room, size); /* nobody has it */
	return NULL;
}

/* cppcheck-suppress constParameter ; munmap(2) wants it as it is */
static void stack_free(char *end)
{
	const size_t size = guard_size() + STACK_SIZE;

	(void)munmap(end - size, size); /* can only fail for an address that is not ours */
}

/* CLONE_VFORK: no page table is copied, and when we go on the command has been executed. With a
 * listener CLONE_FILES: it is ours from the moment that it exists, and execve(2) gives the command
 * a table of its own. (It could not be sent to us: what the filter makes of sendmsg(2) nobody
 * knows, and it may be to ask us, who wait.) qemu-user has no listeners, does not take the two
 * together, and neither suspends us nor shares memory: then the pipe tells of failure, and its end
 * of success. */
static pid_t start_clone(struct start *start, char *stack)
{
	const bool listens = unotify_wants_listener(start->command->unotify);
	const int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | (listens ? CLONE_FILES : 0);
	struct report report;
	int ends[2];
	pid_t pid;

	if (!listens && pipe2(ends, O_CLOEXEC))
		return -errno;
	start->home = listens ? -1 : ends[1];
	pid = clone(child_main, stack, flags, start);
	if (pid < 0)
		pid = -errno;
	if (listens)
		return pid;
	/* The child has its own. While we have one, too, the pipe has no end. */
	if (!effect_close(ends[1]) && pid >= 0 &&
	    file_read_up_to(ends[0], &report, sizeof(report)) == sizeof(report))
		start->report = report;
	(void)close(ends[0]); /* it was only read */
	return pid;
}

/* By then it may have ended, and nobody has waited for it yet. */
static bool is_unexecuted(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid &&
	       process_is_unexecuted(pid);
}

static const struct failure *start_run(struct start *start, char *stack, struct child *ret_child)
{
	const char *name = start->command->argv[0];
	const pid_t pid = start_clone(start, stack);

	if (pid < 0)
		return failure_new(
			name, -pid,
			pid == -EAGAIN ? "its user is at the limit of processes: ulimit -u" : NULL,
			"cannot create a process");
	if (start->report.error) {
		(void)waitpid(pid, NULL, 0); /* it ends; ECHILD where it was not kept for us */
		if (start->listener >= 0)
			(void)close(start->listener); /* of a filter that nobody has any more */
		return start_failure(start);
	}
	*ret_child = (struct child){
		.command = start->command,
		.pid = pid,
		.listener = start->listener,
		.started_ms = clock_ms(),
	};
	ret_child->unexecuted = is_unexecuted(pid);
	/* The command first: what PID 1 still has to do is not to come before its first
	 * instruction, where both have the same processor. */
	(void)sched_yield(); /* always succeeds */
	/* Not by CLONE_PIDFD, which the command would wait for. Nobody has reaped it, so its number
	 * is still its own. Without pidfds, before Linux 5.3, this is -1. */
	ret_child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return NULL;
}

const struct failure *child_start(const struct command *command, struct child *ret_child)
{
	struct start start = { .command = command,
			       .terminal = foreground_terminal(),
			       .listener = -1 };
	char *stack = stack_new();
	const struct failure *failure;

	if (!stack)
		return failure_of_memory();
	if (command->session)
		session_leave_terminal();
	if (command->folder >= 0)
		(void)!chdir("/"); /* told of below */
	failure = start_run(&start, stack, ret_child);
	stack_free(stack);
	if (chdir("/"))
		message(MESSAGE_DEBUG, "PID 1 keeps the working folder's mount busy: %s",
			strerror(errno));
	if (failure)
		return failure;
	if (command->session)
		event_tell(EVENT_SESSION_MADE, (struct event_facts){ 0 });
	return NULL;
}

const struct failure *child_become(const struct command *command)
{
	struct start start = { .command = command, .terminal = -1, .home = -1, .listener = -1 };

	execute(&start);
	return start_failure(&start);
}
