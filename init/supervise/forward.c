#include "init/supervise/forward.h"

#include "init/sys/clock.h"
#include "init/sys/event.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIGNAL_BATCH 16

/* Send it to the command as it was sent to us: a queued signal keeps its value. Returns 0, or -1
 * with errno set. */
static int send_to_command(const struct child *child, int number,
			   const struct signalfd_siginfo *from)
{
	siginfo_t queued = { .si_signo = number, .si_code = SI_QUEUE };
	siginfo_t *info = from && from->ssi_code == SI_QUEUE ? &queued : NULL;

	if (info) {
		info->si_pid = (pid_t)from->ssi_pid;
		info->si_uid = from->ssi_uid;
		info->si_value.sival_ptr = (void *)(uintptr_t)from->ssi_ptr;
	}
	/* A pidfd cannot hit a process that has taken over the command's number. */
	if (child->pidfd >= 0) {
		if (!syscall(SYS_pidfd_send_signal, child->pidfd, number, info, 0))
			return 0;
		if (errno == ESRCH)
			return -1;
	}
	return kill(child->pid, number); /* an outer filter may refuse the newer call */
}

static void forward(const struct loop *loop, int number, const struct signalfd_siginfo *from)
{
	const struct child *child = &loop->child;
	int result = -1;

	errno = ESRCH;
	if (loop->plan->group)
		result = kill(-child->pid, number);
	/* The group can be empty before the command has ended: it may have moved to another one. */
	if (result && errno == ESRCH)
		result = send_to_command(child, number, from);
	if (!result)
		event_tell(EVENT_FORWARDED, (struct event_facts){ .number = number });
	else if (errno != ESRCH) /* it has just ended, and we will see that next */
		message(MESSAGE_WARNING, "cannot forward %s to the command: %s%s",
			signal_name(number), strerror(errno),
			errno == EPERM ? " (it runs as another user, and we have no CAP_KILL)"
				       : "");
}

static bool asks_for_end(const struct loop *loop, int received)
{
	return loop->plan->stop_signals & SIGNAL_BIT(received);
}

/* One that --stop-delay wants to hold: the first one, and those that come while it is held. */
static bool hold(struct loop *loop, int received)
{
	if (!asks_for_end(loop, received) || !loop->plan->stop_delay_ms || loop->delay_is_over)
		return false;
	if (!loop->held_until) {
		loop->held_until = clock_ms() + loop->plan->stop_delay_ms;
		loop->held = received;
	}
	return true;
}

/* Forward what was received, and let those know who stop with the command. */
static void pass_on(struct loop *loop, int received, const struct signalfd_siginfo *from)
{
	const int number = loop->plan->rewrite[received];

	if (loop->hooks && loop->hooks->stop && asks_for_end(loop, received))
		loop->hooks->stop(loop->hooks->context);
	if (number)
		forward(loop, number, from);
	else
		event_tell(EVENT_NOT_FORWARDED, (struct event_facts){ .number = received });
}

void forward_stop(struct loop *loop, int number, unsigned timeout_ms)
{
	loop->is_stopped = true;
	loop->kill_at = clock_ms() + timeout_ms;
	loop->held_until = 0; /* one that was held would be the second */
	loop->delay_is_over = true;
	pass_on(loop, number, NULL);
	forward(loop, SIGCONT, NULL); /* a stopped process acts on it only when it goes on */
}

bool forward_is_own(const struct signalfd_siginfo *from)
{
	return (from->ssi_signo == SIGPIPE || from->ssi_signo == SIGXFSZ) &&
	       from->ssi_pid == (uint32_t)getpid();
}

static void take_signal(struct loop *loop, const struct signalfd_siginfo *from)
{
	const int received = (int)from->ssi_signo;

	if (forward_is_own(from))
		return;
	if (received == SIGCHLD) {
		loop->more_to_reap = !loop->kernel_reaps; /* then somebody just sent one */
		return;
	}
	event_tell(EVENT_RECEIVED, (struct event_facts){ .number = received });
	if (loop->hooks && loop->hooks->signal &&
	    loop->hooks->signal(loop->hooks->context, received))
		return;
	if (!hold(loop, received))
		pass_on(loop, received, from);
	/* Then our shell sees a stopped job; PID 1 the kernel does not stop. */
	if (loop->plan->suspends &&
	    (received == SIGTSTP || received == SIGTTIN || received == SIGTTOU))
		(void)kill(getpid(), SIGSTOP); /* ourselves: cannot fail */
}

/* A batch: poll(2) comes back at once for the rest, so that a flood keeps us from nothing else. */
const struct failure *forward_signals(struct loop *loop)
{
	struct signalfd_siginfo batch[SIGNAL_BATCH];
	const ssize_t size = read(loop->signal_fd, batch, sizeof(batch));

	if (size < 0 && errno != EAGAIN && errno != EINTR)
		return failure_new(NULL, errno, NULL, "cannot read signals");
	for (ssize_t i = 0; i < size / (ssize_t)sizeof(*batch); i++)
		take_signal(loop, &batch[i]);
	return NULL;
}

int64_t forward_due_ms(const struct loop *loop)
{
	if (loop->held_until && (!loop->kill_at || loop->held_until < loop->kill_at))
		return loop->held_until;
	return loop->kill_at;
}

void forward_on_time(struct loop *loop)
{
	const int64_t now = forward_due_ms(loop) ? clock_ms() : 0;

	if (loop->held_until && now >= loop->held_until) {
		loop->held_until = 0;
		loop->delay_is_over = true;
		pass_on(loop, loop->held, NULL);
	}
	if (loop->kill_at && now >= loop->kill_at) {
		loop->kill_at = 0;
		loop->is_killed = true;
		message(MESSAGE_WARNING, "%s has not ended in its time: killed",
			loop->plan->command[0]);
		forward(loop, SIGKILL, NULL);
	}
}
