#include "init/supervise/helper_table.h"

#include "init/supervise/channel.h"
#include "init/supervise/forward.h"
#include "init/sys/clock.h"
#include "init/sys/message.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define COMMAND_STOP_MS 30000 /* where the end is ours */
#define READY_MS	90000

/* --- hearing them --------------------------------------------------------------------------- */

/* PID 1 may see both ends at once. */
static bool command_has_ended(const struct helpers *helpers)
{
	struct pollfd end = { .fd = helpers->loop ? helpers->loop->child.pidfd : -1,
			      .events = POLLIN };

	return poll(&end, 1, 0) > 0;
}

/* Because of this helper, whose end is the container's last word. */
static void end_begin(struct helpers *helpers, const struct helper *helper, int exit_status,
		      const char *last_word)
{
	if (helpers->ends || command_has_ended(helpers))
		return; /* it is the first that counts */
	message_log_helper(helper_name(helper), last_word);
	helpers->ends = true;
	helpers->exit_status = exit_status;
	if (helpers->loop)
		forward_stop(helpers->loop, helpers->loop->plan->stop_signal, COMMAND_STOP_MS);
}

static const char keeper_killed[] = "its keeper was killed, so nobody looks after it";

/* The keeper is gone. On purpose it has said so, and with which status. */
static void helper_lose(struct helpers *helpers, struct helper *helper,
			const struct helper_report *last)
{
	(void)close(helper->channel); /* nobody has the other end */
	helper->channel = -1;
	helper->state.pid = 0;
	if (last && last->exit_status >= 0 && !helper->stopped)
		end_begin(helpers, helper, last->exit_status, last->last_word);
	if (last || helper->stopped)
		return;
	message(MESSAGE_ERROR, "%s: %s", helper_name(helper), keeper_killed);
	helper->state.phase = HELPER_GIVEN_UP;
	end_begin(helpers, helper, EXIT_OWN_FAILURE, keeper_killed);
}

static void helper_hear(struct helpers *helpers, struct helper *helper)
{
	struct helper_report report;

	while (helper->channel >= 0) {
		const int heard = channel_receive(helper->channel, &report);

		if (heard == -EAGAIN)
			return;
		if (heard != 1) {
			helper_lose(helpers, helper, NULL);
			return;
		}
		helper->dropped |= report.kind == CHANNEL_DROPPED;
		helper->ready |= report.kind == CHANNEL_READY;
		helper->state = report.state;
		if (report.kind == CHANNEL_ENDED)
			helper_lose(helpers, helper, &report);
	}
}

static void sources_fill(void *context, struct pollfd *ret_sources)
{
	const struct helpers *helpers = context;

	for (size_t i = 0; i < helpers->count; i++)
		ret_sources[i] = (struct pollfd){ .fd = helpers->at[i].channel, .events = POLLIN };
}

static void sources_act(void *context, const struct pollfd *sources)
{
	struct helpers *helpers = context;
	bool changed = false;

	for (size_t i = 0; i < helpers->count; i++) {
		if (!sources[i].revents)
			continue;
		helper_hear(helpers, &helpers->at[i]);
		changed = true;
	}
	if (changed)
		helpers_title_write(helpers);
}

/* --- waiting for one ------------------------------------------------------------------------ */

typedef bool helper_condition(const struct helper *helper);

static bool has_dropped(const struct helper *helper)
{
	return helper->dropped;
}

static bool is_ready(const struct helper *helper)
{
	return helper->ready;
}

static bool is_gone(const struct helper *helper)
{
	return helper->channel < 0;
}

/* Only what says that it is ready is not waited for for ever. */
static int64_t helper_patience_ms(const struct helper *helper)
{
	return helper->plan->helper.ready_notify ? READY_MS : INT32_MAX;
}

/* Nothing more starts: another one has begun the end. */
static bool is_called_off(const struct helpers *helpers, int signal_fd)
{
	return signal_fd >= 0 && helpers->ends;
}

/* Serve everybody until this one fulfils the condition or its keeper is gone. -ETIME when the time
 * is over first, -EINTR when SIGNAL_FD has something first; -1: it is the end that is waited for,
 * and that is not looked at. Another -errno where it cannot be waited: whoever has PID 1's user can
 * take its open files away, prlimit(2). */
static int helper_await(struct helpers *helpers, const struct helper *helper,
			helper_condition *condition, int64_t end_ms, int signal_fd)
{
	struct pollfd *sources = helpers->sources;

	while (!condition(helper) && !is_gone(helper) && !is_called_off(helpers, signal_fd)) {
		const int64_t left = end_ms - clock_ms();

		if (left <= 0)
			return -ETIME;
		sources_fill(helpers, sources + 1);
		sources[0] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
		if (poll(sources, helpers->count + 1, (int)left) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (sources[0].revents)
			return -EINTR;
		sources_act(helpers, sources + 1);
	}
	return 0;
}

/* --- the end -------------------------------------------------------------------------------- */

static void helper_stop(struct helper *helper)
{
	if (helper->stopped || is_gone(helper))
		return;
	helper->stopped = true;
	helper->stop_ends_ms = clock_ms() + helper->plan->stop_timeout_ms + KEEPER_GRACE_MS;
	channel_stop(helper->channel);
}

/* A keeper that does not keep its time is left to the kernel, which ends what is left when we exit.
 */
static void helper_await_end(struct helpers *helpers, struct helper *helper)
{
	helper_stop(helper);
	if (helper_await(helpers, helper, is_gone, helper->stop_ends_ms, -1) == -ETIME)
		message(MESSAGE_WARNING, "%s: it has not ended in its time: left to the kernel",
			helper_name(helper));
}

/* Those that have not got their stop yet, one after another, in reverse. */
static void others_end(struct helpers *helpers)
{
	for (size_t i = helpers->count; i-- > 0;) {
		if (!is_gone(&helpers->at[i]) && !helpers->at[i].stopped)
			helper_await_end(helpers, &helpers->at[i]);
	}
}

static void together_stop(struct helpers *helpers)
{
	for (size_t i = 0; i < helpers->count; i++) {
		if (helpers->at[i].plan->helper.together)
			helper_stop(&helpers->at[i]);
	}
}

int helpers_end(struct run *run, int status)
{
	struct helpers *helpers = run->helpers;

	if (!helpers)
		return status;
	helpers->command.phase = HELPER_DONE;
	helpers->command.pid = 0;
	helpers->ends = true; /* whatever the helpers do from here on */
	if (helpers->exit_status < 0)
		helpers->exit_status = status;
	together_stop(helpers);
	for (size_t i = 0; i < helpers->count; i++) {
		if (helpers->at[i].plan->helper.together)
			helper_await_end(helpers, &helpers->at[i]);
	}
	others_end(helpers);
	return helpers->exit_status;
}

/* --- starting ------------------------------------------------------------------------------- */

/* Until all have stepped down: nothing is started before that. */
static int all_await_drop(struct helpers *helpers, int signal_fd)
{
	int result = 0;

	for (size_t i = 0; !result && i < helpers->count; i++) {
		result = helper_await(helpers, &helpers->at[i], has_dropped, clock_ms() + INT32_MAX,
				      signal_fd);
	}
	return result;
}

static int one_start(struct helpers *helpers, struct helper *helper, int signal_fd)
{
	char text[64];
	int result;

	channel_go(helper->channel);
	result = helper_await(helpers, helper, is_ready, clock_ms() + helper_patience_ms(helper),
			      signal_fd);
	if (result != -ETIME)
		return result;
	snprintf(text, sizeof(text), "it has not said READY=1 in %d s", READY_MS / 1000);
	message(MESSAGE_ERROR, "%s: %s", helper_name(helper), text);
	if (!helper->plan->helper.optional)
		end_begin(helpers, helper, EXIT_OWN_FAILURE, text);
	return 0;
}

static int all_start(struct helpers *helpers, int signal_fd)
{
	int result = all_await_drop(helpers, signal_fd);

	for (size_t i = 0; !result && !helpers->ends && i < helpers->count; i++)
		result = one_start(helpers, &helpers->at[i], signal_fd);
	return result;
}

/* The signal that asked for the end. */
static int signal_take(int signal_fd)
{
	struct signalfd_siginfo from = { .ssi_signo = SIGTERM };

	(void)!read(signal_fd, &from, sizeof(from)); /* poll(2) has said that there is one */
	return (int)from.ssi_signo;
}

const struct failure *helpers_start(struct run *run, int *ret_status)
{
	struct helpers *helpers = run->helpers;
	int signal_fd, result;

	*ret_status = -1;
	if (!helpers)
		return NULL;
	/* Of signals only those that ask for the end: the others stay pending, for the command. */
	signal_fd = signals_open(-1, run->plan->stop_signals);
	if (signal_fd < 0)
		return failure_new(NULL, -signal_fd, NULL, "cannot receive signals");
	helpers_title_prepare(helpers);
	helpers_title_write(helpers);
	result = all_start(helpers, signal_fd);
	if (result == -EINTR && !helpers->ends) {
		helpers->ends = true;
		helpers->exit_status = 128 + signal_take(signal_fd);
	}
	(void)close(signal_fd); /* what is pending is pending still */
	if (result && result != -EINTR)
		return failure_new(NULL, -result, NULL, "cannot wait for helpers");
	if (helpers->ends) {
		others_end(helpers);
		*ret_status = helpers->exit_status;
	}
	return NULL;
}

/* --- while the command runs ----------------------------------------------------------------- */

/* What is stopped with the command gets its stop when the command gets its own: with that the end
 * has begun, and nobody else begins it. */
static void hook_stop(void *context)
{
	struct helpers *helpers = context;

	helpers->ends = true;
	together_stop(helpers);
}

static bool is_keeper(const void *context, pid_t pid)
{
	const struct helpers *helpers = context;

	for (size_t i = 0; i < helpers->count; i++) {
		if (helpers->at[i].keeper == pid)
			return true;
	}
	return false;
}

size_t helpers_channels(const struct run *run, int *ret_channels)
{
	const struct helpers *helpers = run->helpers;

	for (size_t i = 0; helpers && i < helpers->count; i++)
		ret_channels[i] = helpers->at[i].channel;
	return helpers ? helpers->count : 0;
}

void helpers_watch(struct run *run, struct loop *loop)
{
	static struct loop_hooks hooks = {
		.sources = sources_fill, .act = sources_act, .stop = hook_stop, .is_own = is_keeper
	};
	struct helpers *helpers = run->helpers;

	if (!helpers)
		return;
	helpers->loop = loop;
	hooks.context = helpers;
	hooks.source_count = helpers->count;
	loop->hooks = &hooks;
}
