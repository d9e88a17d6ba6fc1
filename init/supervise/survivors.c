#include "init/supervise/survivors.h"

#include "init/supervise/forward.h"
#include "init/supervise/reap.h"
#include "init/sys/clock.h"
#include "init/sys/event.h"
#include "init/sys/message.h"
#include "init/sys/process.h"
#include "init/sys/signals.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES_SIZE    512
#define SIGNAL_BATCH  16
#define KILL_GRACE_MS 1000 /* to end what was killed, unless it hangs in a driver */

struct names {
	const struct loop_hooks *hooks;
	char text[NAMES_SIZE];
};

/* Whoever is ours from birth was told to end, and has said so or was said not to have. */
static void add_name(const struct process *process, void *context)
{
	struct names *names = context;
	const struct loop_hooks *hooks = names->hooks;
	const size_t length = strlen(names->text);

	if (hooks && hooks->is_own && hooks->is_own(hooks->context, process->pid))
		return;
	snprintf(names->text + length, NAMES_SIZE - length, "%s%s[%d]", length ? ", " : "",
		 process->name, process->pid);
}

static void names_find(const struct loop *loop, struct names *ret_names)
{
	*ret_names = (struct names){ .hooks = loop->hooks };
	process_visit(add_name, ret_names);
}

/* --- signals to them ------------------------------------------------------------------------ */

/* By pidfd, so that a process that has just taken over the number is not hit: it would not be below
 * us, which is looked at once more while the pidfd holds the number. */
static void signal_one(const struct process *process, void *context)
{
	const int number = *(int *)context;
	const int pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	struct process now;

	if (pidfd < 0) {
		if (errno == ENOSYS)
			(void)kill(process->pid, number); /* gone, or another user's */
		return;
	}
	if (process_read(process->pid, &now) && now.parent == process->parent)
		(void)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0); /* the same */
	(void)close(pidfd); /* nothing was written to it */
}

/* A signal to everything that is left. */
static void signal_all(int number)
{
	if (getpid() == 1)
		(void)kill(-1, number); /* ESRCH: nobody is left; EPERM: nobody that is ours */
	else
		process_visit(signal_one, &number);
}

/* A batch: whoever is left could send faster than we pass on, and must not get past the time. */
static void pass_signals_on(const struct loop *loop)
{
	const struct loop_hooks *hooks = loop->hooks;
	struct signalfd_siginfo info;

	for (int i = 0; i < SIGNAL_BATCH; i++) {
		int number;

		if (read(loop->signal_fd, &info, sizeof(info)) != sizeof(info))
			return;
		number = loop->plan->rewrite[info.ssi_signo];
		if (info.ssi_signo == SIGCHLD || !number || forward_is_own(&info) ||
		    (hooks && hooks->signal && hooks->signal(hooks->context, (int)info.ssi_signo)))
			continue;
		signal_all(number);
	}
}

/* --- the end -------------------------------------------------------------------------------- */

static void events_wait(const struct loop *loop, int timeout_ms)
{
	struct pollfd signals = { .fd = loop->signal_fd, .events = POLLIN };

	if (poll(&signals, 1, timeout_ms) > 0)
		pass_signals_on(loop);
}

static int reap(const struct loop *loop)
{
	bool ended;
	int status;

	return loop_reap(loop, 0, &ended, &status);
}

/* Reap until none is left (1) or the time has come (0); -errno. With number, whatever turns up as
 * our child meanwhile, because its parent has ended, gets that signal too. */
static int wait_for_all(const struct loop *loop, int64_t end, int number)
{
	for (;;) {
		const int left = reap(loop);
		const int64_t remaining = end - clock_ms();

		if (left < 0 || left == REAP_NONE)
			return left < 0 ? left : 1;
		if (remaining <= 0)
			return 0;
		if (number)
			signal_all(number);
		/* Each end of a child is an event. */
		events_wait(loop, left == REAP_MORE_TO_REAP ? 0 : (int)remaining);
	}
}

static int kill_all(const struct loop *loop, unsigned timeout_ms)
{
	struct names names;
	struct process self;
	int result;

	names_find(loop, &names);
	signal_all(SIGKILL);
	if (*names.text || !process_read(getpid(), &self)) /* else they have ended just now */
		message(MESSAGE_WARNING, "killed what was left %u.%03u s after the command: %s",
			timeout_ms / 1000, timeout_ms % 1000,
			*names.text ? names.text : "(no /proc, so no names)");
	if (getpid() == 1)
		return 0; /* the kernel ends a PID namespace with its PID 1 */
	result = wait_for_all(loop, clock_ms() + KILL_GRACE_MS, SIGKILL);
	if (result)
		return result;
	names_find(loop, &names);
	if (*names.text) /* else all have ended, and were only too many to be reaped in time */
		message(MESSAGE_WARNING, "cannot kill %s: left behind", names.text);
	return 0;
}

static void say_who_is_left(const struct loop *loop)
{
	struct names names;

	if (!message_wanted(MESSAGE_INFO))
		return;
	names_find(loop, &names);
	if (*names.text)
		event_tell(EVENT_LEFT, (struct event_facts){ names.text });
}

const struct failure *survivors_end(const struct loop *loop, unsigned timeout_ms)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	const int64_t end = clock_ms() + timeout_ms;
	int result;

	if (loop->plan->leaves_survivors && getpid() != 1) {
		if (loop->plan->session && loop->child.pid)
			(void)kill(-loop->child.pid, SIGTERM); /* ESRCH: nobody is left */
		return NULL;
	}
	/* From now on each end of a child is an event, so that the last one is noticed. */
	(void)sigaction(SIGCHLD, &standard, NULL); /* cannot fail for a valid signal */
	result = reap(loop);
	if (result > REAP_NONE) {
		say_who_is_left(loop);
		signal_all(SIGTERM);
		signal_all(SIGCONT); /* a stopped process acts on TERM only when it goes on */
		result = wait_for_all(loop, end, 0);
		if (!result)
			result = kill_all(loop, timeout_ms);
	}
	return result < 0 ? reap_failure(-result) : NULL;
}
