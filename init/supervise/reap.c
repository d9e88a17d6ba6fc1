#include "init/supervise/reap.h"

#include "init/sys/event.h"
#include "init/sys/pidfd_info.h"
#include "init/sys/process.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_STATUS  (-1) /* no process ends like this */
#define REAP_BATCH 64	/* 0.1 to 0.3 ms: as long as a signal may have to wait */

/* It cannot be asked of a live process, but the next flag, which came one release later, can. */
bool reap_status_survives(int pidfd)
{
	struct pidfd_exit_info info = { .mask = PIDFD_ASKS_EXIT | PIDFD_ASKS_COREDUMP };

	return pidfd >= 0 && !ioctl(pidfd, PIDFD_GET_EXIT_INFO, &info) &&
	       (info.mask & PIDFD_ASKS_COREDUMP) && info.pid;
}

bool reap_status(int pidfd, int *ret_status)
{
	struct pidfd_exit_info info = { .mask = PIDFD_ASKS_EXIT, .exit_code = NO_STATUS };

	if (ioctl(pidfd, PIDFD_GET_EXIT_INFO, &info))
		return false;
	errno = ENODATA;
	if (!(info.mask & PIDFD_ASKS_EXIT) || info.exit_code == NO_STATUS)
		return false;
	*ret_status = info.exit_code;
	return true;
}

/* The name is only there as long as the zombie is. */
static void orphan_announce(const siginfo_t *info)
{
	struct process process = { .name = "?" };
	const bool exited = info->si_code == CLD_EXITED;

	(void)process_read(info->si_pid, &process); /* without /proc it stays "?" */
	event_tell(exited ? EVENT_ORPHAN_EXITED : EVENT_ORPHAN_KILLED,
		   (struct event_facts){ process.name, info->si_pid, info->si_status });
}

/* The next to wait for: the one that was announced, or any; 0: nobody has ended. */
static pid_t next_child(pid_t command, const struct reap_lines *lines)
{
	siginfo_t info = { .si_pid = 0 };

	if (!lines || waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT))
		return -1;
	if (!info.si_pid)
		return 0; /* who ends from now on has a signal of its own */
	if (info.si_pid != command &&
	    !(lines->is_own && lines->is_own(lines->context, info.si_pid)))
		orphan_announce(&info);
	return info.si_pid;
}

int reap_batch(pid_t command, const struct reap_lines *lines, bool *ret_ended, int *ret_status)
{
	for (int i = 0; i < REAP_BATCH; i++) {
		int status;
		const pid_t next = next_child(command, lines);
		const pid_t pid = next ? waitpid(next, &status, WNOHANG) : 0;

		if (pid < 0 && errno != ECHILD)
			return -errno;
		if (pid <= 0)
			return pid ? REAP_NONE : REAP_ALIVE;
		if (pid == command) {
			*ret_ended = true;
			*ret_status = status;
		}
	}
	return REAP_MORE_TO_REAP;
}

const struct failure *reap_failure(int error)
{
	return failure_new(NULL, error, NULL, "cannot wait for children");
}
