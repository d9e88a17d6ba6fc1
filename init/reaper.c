#include "init/reaper.h"

#include "init/message.h"
#include "init/pidfd_info.h"
#include "init/survivors.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REAP_BATCH   64 /* children reaped before signals are looked at again */
#define SIGNAL_BATCH 16

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* only fails for a clock that does not exist */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- how children end ------------------------------------------------------------------------ */

/* Will the kernel tell, of a process that nobody waited for, how it ended? It cannot be asked of a
 * live process, but the next flag, which came one release later, can. */
static bool kernel_tells_exit(void)
{
	struct pidfd_exit_info info = { .mask = PIDFD_ASKS_EXIT | PIDFD_ASKS_COREDUMP };
	const int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	bool tells;

	if (fd < 0)
		return false;
	tells = !ioctl(fd, PIDFD_GET_EXIT_INFO, &info) && (info.mask & PIDFD_ASKS_COREDUMP);
	(void)close(fd); /* it was only asked */
	return tells;
}

void reaper_prepare(const struct plan *plan, struct supervisor *supervisor,
		    struct reaper *ret_reaper)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct reaper reaper = {
		.plan = plan,
		.supervisor = supervisor,
		/* A line for each orphan needs the zombie, for its name and status. */
		.kernel_reaps = !plan->warn_on_reap && kernel_tells_exit(),
		.signal_fd = signals_open(-1, SIGNALS_ALL),
	};

	if (reaper.signal_fd < 0)
		die("cannot receive signals: %s", strerror(-reaper.signal_fd));
	if (reaper.kernel_reaps && sigaction(SIGCHLD, &ignored, NULL))
		die("cannot ignore SIGCHLD: %s", strerror(errno));
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		message(MESSAGE_INFO, "cannot become a subreaper: %s", strerror(errno));
	*ret_reaper = reaper;
}

static void reaper_end(struct reaper *reaper, int status)
{
	reaper->ended = true;
	reaper->status = status;
}

/* The command's pidfd hung up: it is gone, and its status is there to be read. */
static void read_exit_status(struct reaper *reaper)
{
	struct pidfd_exit_info info = { .mask = PIDFD_ASKS_EXIT };

	if (ioctl(reaper->child.pidfd, PIDFD_GET_EXIT_INFO, &info) ||
	    !(info.mask & PIDFD_ASKS_EXIT))
		die("the kernel does not tell how the command ended: %s", strerror(errno));
	reaper_end(reaper, info.exit_code);
}

/* Reap a batch. Signals coalesce, so one SIGCHLD may stand for many children. */
static void reap_batch(struct reaper *reaper)
{
	for (int i = 0; i < REAP_BATCH; i++) {
		pid_t pid;
		int status;

		if (reaper->plan->warn_on_reap)
			survivors_announce(reaper->child.pid);
		pid = waitpid(-1, &status, WNOHANG);
		if (pid < 0 && errno != ECHILD)
			die("cannot wait for children: %s", strerror(errno));
		if (pid <= 0) {
			reaper->more_to_reap = false;
			if (pid < 0 && !reaper->ended)
				die("the command's exit status is lost: %s", strerror(errno));
			return;
		}
		if (pid == reaper->child.pid)
			reaper_end(reaper, status);
	}
	reaper->more_to_reap = true;
}

/* --- signals --------------------------------------------------------------------------------- */

static void forward(const struct reaper *reaper, int number)
{
	const struct child *child = &reaper->child;
	int result = -1;

	/* A pidfd cannot hit a process that has taken over the command's number. */
	if (!reaper->plan->group && child->pidfd >= 0)
		result = (int)syscall(SYS_pidfd_send_signal, child->pidfd, number, NULL, 0);
	if (result && errno != ESRCH)
		result = kill(reaper->plan->group ? -child->pid : child->pid, number);
	if (result && errno != ESRCH)
		message(MESSAGE_WARNING, "cannot forward %s: %s", signal_name(number),
			strerror(errno));
	else
		message(MESSAGE_DEBUG, "forwarded %s", signal_name(number));
}

static void take_signal(struct reaper *reaper, int received)
{
	const int number = reaper->plan->rewrite[received];

	if (received == SIGCHLD) {
		reaper->more_to_reap = !reaper->kernel_reaps; /* then somebody just sent one */
		return;
	}
	if (!number)
		return;
	if (received == SIGTERM && reaper->plan->stop_delay_ms) {
		if (!reaper->held_until)
			reaper->held_until = now_ms() + reaper->plan->stop_delay_ms;
		return;
	}
	forward(reaper, number);
}

static void take_signals(struct reaper *reaper)
{
	struct signalfd_siginfo batch[SIGNAL_BATCH];
	ssize_t size;

	while ((size = read(reaper->signal_fd, batch, sizeof(batch))) > 0) {
		for (size_t i = 0; i < (size_t)size / sizeof(*batch); i++)
			take_signal(reaper, (int)batch[i].ssi_signo);
	}
	if (size < 0 && errno != EAGAIN && errno != EINTR)
		die("cannot read signals: %s", strerror(errno));
}

/* --- the loop -------------------------------------------------------------------------------- */

/* How long to sleep: for ever, unless there is work left or a TERM is held. */
static int sleep_ms(const struct reaper *reaper)
{
	int64_t left;

	if (reaper->more_to_reap)
		return 0;
	if (!reaper->held_until)
		return -1;
	left = reaper->held_until - now_ms();
	return left > 0 ? (int)left : 0;
}

static void release_held(struct reaper *reaper)
{
	if (!reaper->held_until || now_ms() < reaper->held_until)
		return;
	reaper->held_until = 0;
	forward(reaper, reaper->plan->rewrite[SIGTERM]);
}

static int exit_status(const struct plan *plan, int status)
{
	const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

	return plan->remap_exit[code & 255] ? 0 : code;
}

int reaper_run(struct reaper *reaper)
{
	struct pollfd events[] = {
		{ .fd = reaper->signal_fd, .events = POLLIN },
		{ .fd = reaper->kernel_reaps ? reaper->child.pidfd : -1 }, /* POLLHUP comes unasked */
		{ .events = POLLIN },
	};

	while (!reaper->ended) {
		events[2].fd = reaper->supervisor->listener;
		if (poll(events, 3, sleep_ms(reaper)) < 0 && errno != EINTR)
			die("cannot wait for events: %s", strerror(errno));
		if (events[0].revents)
			take_signals(reaper);
		release_held(reaper);
		if (events[1].revents & POLLHUP)
			read_exit_status(reaper);
		if (reaper->more_to_reap)
			reap_batch(reaper);
		supervisor_serve(reaper->supervisor, events[2].revents);
	}
	survivors_end(reaper->plan, reaper->signal_fd, reaper->supervisor);
	return exit_status(reaper->plan, reaper->status);
}
