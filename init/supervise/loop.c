#include "init/supervise/loop.h"

#include "init/supervise/forward.h"
#include "init/supervise/killed.h"
#include "init/supervise/reap.h"
#include "init/sys/clock.h"
#include "init/sys/effect.h"
#include "init/sys/event.h"
#include "init/sys/message.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_LOOKS 8

/* Without that what the command leaves behind goes to somebody else. */
static void become_subreaper(const struct plan *plan)
{
	int is_one = 0;

	if (plan->subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		message(MESSAGE_INFO, "cannot become a subreaper: %s", strerror(errno));
	if (!plan->subreaper && (prctl(PR_GET_CHILD_SUBREAPER, &is_one, 0, 0, 0) || !is_one))
		event_tell(EVENT_NO_REAPER, (struct event_facts){ 0 });
}

const struct failure *loop_prepare(const struct plan *plan, struct loop *ret_loop)
{
	struct loop loop = { .plan = plan, .signal_fd = signals_open(-1, SIGNALS_ALL) };

	if (loop.signal_fd < 0)
		return failure_new(NULL, -loop.signal_fd, NULL, "cannot receive signals");
	if (getpid() != 1)
		become_subreaper(plan);
	loop.terminal = message_open_terminal();
	*ret_loop = loop;
	return NULL;
}

/* Here and not before the command is started, which would wait for it. */
static const struct failure *choose_who_reaps(struct loop *loop)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	int result = 0;

	/* A line for each orphan needs the zombie, for its name and status. */
	loop->kernel_reaps = !loop->plan->warn_on_reap && reap_status_survives(loop->child.pidfd);
	if (loop->kernel_reaps)
		result = effect_action(SIGCHLD, &ignored, NULL);
	if (result)
		return failure_new(NULL, -result, NULL, "cannot ignore SIGCHLD");
	/* Who ended before that stays a zombie, and nothing else says so: a trial of the broker, a
	 * job of the shell that we were, the command itself. */
	loop->more_to_reap = !loop->kernel_reaps;
	while (loop->kernel_reaps && waitpid(-1, NULL, WNOHANG) > 0)
		;
	return NULL;
}

/* --- the command's end ---------------------------------------------------------------------- */

/* The command's pidfd hung up: it is gone, and its status is there to be read. */
static const struct failure *read_exit_status(struct loop *loop)
{
	if (!reap_status(loop->child.pidfd, &loop->status))
		return failure_new(NULL, errno, NULL,
				   "the kernel does not tell how the command ended");
	loop->ended = true;
	return NULL;
}

/* The command is a zombie, whatever wait(2) says: for a moment, or because it ended before SIGCHLD
 * was ignored. Or for long, because somebody in there traces it: so this is looked at only a few
 * times. */
static void notice_end(struct loop *loop, short *events)
{
	if (++loop->end_looks == END_LOOKS)
		*events = 0;
	if (loop->kernel_reaps)
		(void)waitpid(loop->child.pid, NULL, WNOHANG); /* its pidfd tells the status */
	else
		loop->more_to_reap = true;
}

int loop_reap(const struct loop *loop, pid_t command, bool *ret_ended, int *ret_status)
{
	const struct loop_hooks *hooks = loop->hooks;
	const struct reap_lines lines = { hooks ? hooks->is_own : NULL,
					  hooks ? hooks->context : NULL };

	return reap_batch(command, loop->plan->warn_on_reap ? &lines : NULL, ret_ended, ret_status);
}

/* Signals coalesce, so one SIGCHLD may stand for many children. */
static const struct failure *reap(struct loop *loop)
{
	const int left = loop_reap(loop, loop->child.pid, &loop->ended, &loop->status);

	if (left < 0)
		return reap_failure(-left);
	loop->more_to_reap = left == REAP_MORE_TO_REAP;
	if (left == REAP_NONE && !loop->ended)
		return failure_new(
			NULL, 0, NULL,
			"the command's exit status is lost: somebody else has waited for it");
	return NULL;
}

static void note_end(struct loop *loop)
{
	const char *name = loop->plan->command[0];
	const int pid = loop->child.pid, status = loop->status;

	*loop->why = '\0';
	if (!WIFSIGNALED(status)) {
		event_tell(EVENT_EXITED, (struct event_facts){ name, pid, WEXITSTATUS(status) });
		return;
	}
	event_tell(EVENT_KILLED, (struct event_facts){ name, pid, WTERMSIG(status) });
	if (!loop->is_killed)
		killed_explain(&loop->child, WTERMSIG(status), loop->why);
}

int loop_exit_status(const struct loop *loop)
{
	const int status = loop->status;

	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* --- the loop ------------------------------------------------------------------------------- */

/* How long to sleep: for ever, unless there is work left or something is due. */
static int sleep_ms(const struct loop *loop)
{
	const int64_t due = forward_due_ms(loop), left = due - clock_ms();

	if (loop->more_to_reap)
		return 0;
	if (!due)
		return -1;
	return left > 0 ? (int)left : 0;
}

/* What there is to wait for; behind these what the hooks wait for. */
enum { SIGNALS, COMMAND, OWN_SOURCES };

static struct pollfd *sources_new(const struct loop *loop)
{
	const size_t others = loop->hooks ? loop->hooks->source_count : 0;
	struct pollfd *sources = calloc(OWN_SOURCES + others, sizeof(*sources));

	if (!sources)
		return NULL;
	sources[SIGNALS] = (struct pollfd){ .fd = loop->signal_fd, .events = POLLIN };
	/* POLLHUP: it is reaped */
	sources[COMMAND] = (struct pollfd){ .fd = loop->child.pidfd, .events = POLLIN };
	return sources;
}

/* Sleep until there is something to do, and do what is not about the child. */
static const struct failure *wait_once(struct loop *loop, struct pollfd *sources, int timeout_ms)
{
	const struct loop_hooks *hooks = loop->hooks;
	const size_t count = OWN_SOURCES + (hooks ? hooks->source_count : 0);
	const struct failure *failure = NULL;

	if (hooks)
		hooks->sources(hooks->context, sources + OWN_SOURCES);
	/* Interrupted, poll(2) need not clear them. */
	for (size_t i = 0; i < count; i++)
		sources[i].revents = 0;
	if (poll(sources, count, timeout_ms) < 0 && errno != EINTR)
		return failure_new(NULL, errno, NULL, "cannot wait for events");
	if (sources[SIGNALS].revents)
		failure = forward_signals(loop);
	if (hooks)
		hooks->act(hooks->context, sources + OWN_SOURCES);
	return failure;
}

static const struct failure *serve(struct loop *loop, struct pollfd *sources)
{
	const struct failure *failure = wait_once(loop, sources, sleep_ms(loop));

	forward_on_time(loop);
	if (sources[COMMAND].revents & POLLIN)
		notice_end(loop, &sources[COMMAND].events);
	if (!failure && loop->kernel_reaps && sources[COMMAND].revents & POLLHUP)
		failure = read_exit_status(loop);
	if (!failure && loop->more_to_reap)
		failure = reap(loop);
	return failure;
}

const struct failure *loop_run(struct loop *loop)
{
	const struct failure *failure = choose_who_reaps(loop);
	struct pollfd *sources = sources_new(loop);

	if (!sources)
		return failure_of_memory();
	loop->ended = loop->is_stopped = loop->is_killed = false;
	loop->end_looks = 0;
	event_tell(EVENT_STARTED, (struct event_facts){ loop->plan->command[0], loop->child.pid });
	while (!failure && !loop->ended)
		failure = serve(loop, sources);
	free(sources);
	loop->kill_at = 0;
	if (!failure)
		note_end(loop);
	return failure;
}

const struct failure *loop_rest(struct loop *loop, int timeout_ms)
{
	struct pollfd *sources = sources_new(loop);
	const struct failure *failure;

	if (!sources)
		return failure_of_memory();
	sources[COMMAND].fd = -1;
	failure = wait_once(loop, sources, timeout_ms);
	free(sources);
	return failure;
}
