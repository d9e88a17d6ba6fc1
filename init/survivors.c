#include "init/survivors.h"

#include "init/message.h"
#include "init/number.h"
#include "init/signals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMES_SIZE 512

/* Called for each process found; returns false to stop. */
typedef void visit(pid_t pid, void *context);

/* --- who is left ----------------------------------------------------------------------------- */

static size_t file_read(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, buffer, size - 1);

	if (fd >= 0)
		(void)close(fd); /* it was only read */
	buffer[length > 0 ? length : 0] = '\0';
	return length > 0 ? (size_t)length : 0;
}

/* The process's name and parent, as proc_pid_stat(5) has them: "12 (name) S 1 2 …". -1: it is gone. */
static pid_t process_parent(pid_t pid, char name[32])
{
	char path[40], text[256];
	char *open_bracket, *close_bracket;
	uint64_t parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file_read(path, text, sizeof(text));
	open_bracket = strchr(text, '(');
	close_bracket = strrchr(text, ')');
	if (!open_bracket || !close_bracket || strlen(close_bracket) < 5)
		return -1;
	close_bracket[4 + strcspn(close_bracket + 4, " ")] = '\0';
	if (!number_parse(close_bracket + 4, 0, INT32_MAX, &parent))
		return -1;
	snprintf(name, 32, "%.*s", (int)(close_bracket - open_bracket - 1), open_bracket + 1);
	return (pid_t)parent;
}

/* Is this process below us, however far? */
static bool is_descendant(pid_t pid)
{
	const pid_t self = getpid();
	char name[32];

	for (int depth = 0; pid > 1 && depth < 4096; depth++) {
		pid = process_parent(pid, name);
		if (pid == self)
			return true;
	}
	return false;
}

static void visit_survivors(visit *visitor, void *context)
{
	const pid_t self = getpid();
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	uint64_t pid;

	if (!processes)
		return; /* without /proc there is kill(-1), and no names */
	while ((entry = readdir(processes))) {
		if (!number_parse(entry->d_name, 1, INT32_MAX, &pid) || (pid_t)pid == self)
			continue;
		if (self == 1 || is_descendant((pid_t)pid))
			visitor((pid_t)pid, context);
	}
	(void)closedir(processes); /* it was only read */
}

static void add_name(pid_t pid, void *context)
{
	char *names = context;
	const size_t length = strlen(names);
	char name[32];

	if (process_parent(pid, name) < 0)
		return;
	snprintf(names + length, NAMES_SIZE - length, "%s%s[%d]", length ? ", " : "", name, pid);
}

/* --- signals to them ------------------------------------------------------------------------- */

static void signal_one(pid_t pid, void *context)
{
	(void)kill(pid, *(int *)context); /* it may be gone already, or another user's */
}

/* A signal to everything that is left. */
static void signal_all(int number)
{
	if (getpid() == 1)
		(void)kill(-1, number); /* ESRCH: nobody is left; EPERM: nobody that is ours */
	else
		visit_survivors(signal_one, &number);
}

static void pass_signals_on(const struct plan *plan, int signal_fd)
{
	struct signalfd_siginfo info;

	while (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		const int number = plan->rewrite[info.ssi_signo];

		if (info.ssi_signo != SIGCHLD && number)
			signal_all(number);
	}
}

/* --- the end --------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* only fails for a clock that does not exist */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reap what has ended. False when no child is left, and so no process below us. */
static bool any_left(const struct plan *plan)
{
	pid_t pid;

	do {
		if (plan->warn_on_reap)
			survivors_announce(0);
		pid = waitpid(-1, NULL, WNOHANG);
	} while (pid > 0);
	return pid == 0;
}

static void kill_all(const struct plan *plan)
{
	char names[NAMES_SIZE] = "";

	visit_survivors(add_name, names);
	/* Outside PID 1 a killed process's children become ours only then. */
	do
		signal_all(SIGKILL);
	while (getpid() != 1 && waitpid(-1, NULL, 0) > 0);
	message(MESSAGE_WARNING, "killed what was left %u.%03u s after the command: %s",
		plan->stop_timeout_ms / 1000, plan->stop_timeout_ms % 1000,
		*names ? names : "(no /proc, so no names)");
}

void survivors_end(const struct plan *plan, int signal_fd, struct supervisor *supervisor)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	const int64_t end = now_ms() + plan->stop_timeout_ms;
	struct pollfd events[] = { { .fd = signal_fd, .events = POLLIN }, { .events = POLLIN } };

	/* From now on each end of a child is an event, so that the last one is noticed. */
	(void)sigaction(SIGCHLD, &standard, NULL); /* cannot fail for a valid signal */
	if (!any_left(plan))
		return;
	signal_all(SIGTERM);
	signal_all(SIGCONT); /* a stopped process acts on TERM only when it goes on */
	while (any_left(plan)) {
		const int64_t left = end - now_ms();

		if (left <= 0) {
			kill_all(plan);
			return;
		}
		events[1].fd = supervisor->listener;
		if (poll(events, 2, (int)left) <= 0)
			continue;
		pass_signals_on(plan, signal_fd);
		supervisor_serve(supervisor, events[1].revents);
	}
}

void survivors_announce(pid_t but_not)
{
	siginfo_t info = { .si_pid = 0 };
	char name[32] = "?";

	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid ||
	    info.si_pid == but_not)
		return;
	(void)process_parent(info.si_pid, name); /* without /proc it stays "?" */
	if (info.si_code == CLD_EXITED)
		message(MESSAGE_WARNING, "reaped orphan %s[%d]: exit status %d", name, info.si_pid,
			info.si_status);
	else
		message(MESSAGE_WARNING, "reaped orphan %s[%d]: %s", name, info.si_pid,
			signal_name(info.si_status));
}
