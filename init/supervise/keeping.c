#include "init/supervise/keeping.h"

#include "init/supervise/answering.h"
#include "init/supervise/forward.h"
#include "init/supervise/notify_socket.h"
#include "init/supervise/survivors.h"
#include "init/sys/clock.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTLED_MS	 30000 /* a helper that ran this long did not fail at its start */
#define FIRST_BACK_OFF	 500
#define LONGEST_BACK_OFF 30000
#define MOST_FAILURES	 10

/* --- what PID 1 is told --------------------------------------------------------------------- */

void keeping_tell(const struct keeper *keeper, enum report_kind kind)
{
	struct helper_report report = { kind, keeper->state, keeper->exit_status, "" };

	memcpy(report.last_word, keeper->last_word, sizeof(report.last_word));
	channel_report(keeper->channel, &report);
}

static void phase_enter(struct keeper *keeper, enum helper_phase phase, int64_t next_ms)
{
	keeper->state.phase = phase;
	keeper->state.since_ms = clock_ms();
	keeper->state.next_ms = next_ms;
	keeper->state.pid =
		phase == HELPER_RUNNING || phase == HELPER_STOPPING ? keeper->loop.child.pid : 0;
	keeping_tell(keeper, CHANNEL_STATE);
}

static void be_ready(struct keeper *keeper)
{
	if (keeper->is_ready)
		return;
	keeper->is_ready = true;
	keeping_tell(keeper, CHANNEL_READY);
}

/* There is nothing more to do. An --optional helper ends nothing. */
static void be_over(struct keeper *keeper, enum helper_phase phase, int exit_status)
{
	keeper->is_over = true;
	keeper->exit_status = keeper->spec->optional ? -1 : exit_status;
	phase_enter(keeper, phase, 0);
}

/* What killed it says more than how it ended, and has been said. */
static void give_up(struct keeper *keeper, const char *how, int exit_status)
{
	const char *why = *keeper->loop.why ? keeper->loop.why : how;

	message(keeper->spec->optional ? MESSAGE_WARNING : MESSAGE_ERROR, "%s", how);
	snprintf(keeper->last_word, sizeof(keeper->last_word), "%s", why);
	be_over(keeper, HELPER_GIVEN_UP, exit_status);
}

void keeping_fail(struct keeper *keeper, const struct failure *failure)
{
	char text[4096]; /* as long as a message */

	message(MESSAGE_ERROR, "%s", failure_format(failure, text, sizeof(text)));
	failure_format(failure, keeper->last_word, sizeof(keeper->last_word));
	be_over(keeper, HELPER_GIVEN_UP, message_exit_status(failure->status));
}

/* --- while it runs -------------------------------------------------------------------------- */

static void sources_fill(void *context, struct pollfd *ret_sources)
{
	const struct keeper *keeper = context;

	ret_sources[0] =
		(struct pollfd){ .fd = keeper->stops ? -1 : keeper->channel, .events = POLLIN };
	ret_sources[1] = (struct pollfd){ .fd = keeper->notify, .events = POLLIN };
}

/* Its stop, once: TERM, through its own --rewrite; KILL when its time is over. */
static void stop_begin(struct keeper *keeper)
{
	if (keeper->state.phase == HELPER_STOPPING)
		return;
	if (!keeper->loop.ended && keeper->state.phase == HELPER_RUNNING) {
		phase_enter(keeper, HELPER_STOPPING, 0);
		keeper->stop_ends_ms = clock_ms() + keeper->run->plan->stop_timeout_ms;
		forward_stop(&keeper->loop, SIGTERM, keeper->run->plan->stop_timeout_ms);
	}
}

static void channel_serve(struct keeper *keeper)
{
	if (channel_says_go(keeper->channel))
		return; /* it goes already */
	keeper->stops = true;
	stop_begin(keeper);
}

static void sources_act(void *context, const struct pollfd *sources)
{
	struct keeper *keeper = context;

	if (sources[0].revents)
		channel_serve(keeper);
	if (sources[1].revents && notify_socket_is_ready(keeper->notify, geteuid()))
		be_ready(keeper);
}

static bool signal_take(void *context, int number)
{
	struct keeper *keeper = context;

	if (number == SIGHUP && !keeper->spec->once) {
		keeper->restarts = true;
		stop_begin(keeper);
	}
	return true;
}

/* --- one start, and its end ----------------------------------------------------------------- */

/* Nobody would answer its calls: it must not run. */
static void unanswered_end(const struct child *child)
{
	(void)kill(child->pid, SIGKILL);    /* nobody has waited for it, so it is ours */
	(void)waitpid(child->pid, NULL, 0); /* ECHILD where it was not kept for us */
	if (child->pidfd >= 0)
		(void)close(child->pidfd); /* it only held a reference */
}

static const struct failure *start(struct keeper *keeper)
{
	struct run *run = keeper->run;
	const struct failure *failure;

	keeper->restarts = keeper->is_settled = false;
	*keeper->loop.why = '\0';
	keeper->started_ms = clock_ms();
	failure = run->command.plan ? NULL : command_run(run); /* it was not found before */
	if (!failure)
		failure = child_start(&run->command, &keeper->loop.child);
	if (failure)
		return failure;
	failure = answering_start(&run->unotify, keeper->loop.child.listener);
	if (failure) {
		unanswered_end(&keeper->loop.child);
		return failure;
	}
	phase_enter(keeper, HELPER_RUNNING, 0);
	message(MESSAGE_INFO, "started as process %d", keeper->loop.child.pid);
	if (!keeper->spec->once && !keeper->spec->ready_notify)
		be_ready(keeper);
	return NULL;
}

/* What it left behind ends before it may start again, and with it: within the time of its stop,
 * where it was stopped. */
static const struct failure *leftovers_end(struct keeper *keeper)
{
	const unsigned whole = keeper->run->plan->stop_timeout_ms;
	const int64_t left = keeper->stop_ends_ms ? keeper->stop_ends_ms - clock_ms() : whole;
	struct loop *loop = &keeper->loop;

	keeper->stop_ends_ms = 0;
	if (loop->child.pidfd >= 0)
		(void)close(loop->child.pidfd); /* it has ended, and its status is known */
	return survivors_end(loop, left > 0 ? (unsigned)left : 0);
}

/* Until it and all that it left behind have ended. */
static const struct failure *look_after(struct keeper *keeper)
{
	const struct failure *failure = loop_run(&keeper->loop);

	if (failure)
		return failure;
	keeper->is_settled = clock_ms() - keeper->started_ms >= SETTLED_MS;
	if (*keeper->loop.why)
		message(MESSAGE_WARNING, "%s", keeper->loop.why);
	return leftovers_end(keeper);
}

static void end_format(int status, char ret_how[64])
{
	if (WIFSIGNALED(status))
		snprintf(ret_how, 64, "ended by %s", signal_name(WTERMSIG(status)));
	else
		snprintf(ret_how, 64, "ended with exit status %d", WEXITSTATUS(status));
}

/* --- what comes after an end ---------------------------------------------------------------- */

static unsigned back_off_ms(unsigned failures)
{
	unsigned ms = FIRST_BACK_OFF;

	while (--failures && ms < LONGEST_BACK_OFF)
		ms *= 2;
	return ms < LONGEST_BACK_OFF ? ms : LONGEST_BACK_OFF;
}

/* An end that is too soon after the start is a failure, whatever its status. */
static void back_off(struct keeper *keeper, const char *how, int exit_status)
{
	unsigned ms = 0;
	char text[LAST_WORD_SIZE];

	keeper->failures = keeper->is_settled ? 0 : keeper->failures + 1;
	if (keeper->failures == MOST_FAILURES) {
		snprintf(text, sizeof(text), "%s, and is given up after %d failures in a row", how,
			 MOST_FAILURES);
		give_up(keeper, text, exit_status ? exit_status : EXIT_OWN_FAILURE);
		return;
	}
	if (keeper->failures)
		ms = back_off_ms(keeper->failures);
	message(MESSAGE_WARNING, "%s: started again in %u.%u s", how, ms / 1000, ms % 1000 / 100);
	keeper->state.restarts++;
	phase_enter(keeper, HELPER_BACKING_OFF, clock_ms() + ms);
}

/* From start to start; a run that takes longer skips those that it is in the way of. */
static void sleep_until_next(struct keeper *keeper)
{
	const int64_t every = keeper->spec->every_ms, now = clock_ms();
	const int64_t missed = (now - keeper->started_ms) / every;

	keeper->state.restarts++;
	phase_enter(keeper, HELPER_SLEEPING, keeper->started_ms + (missed + 1) * every);
}

static void end_of_once(struct keeper *keeper, const char *how, int exit_status)
{
	if (exit_status) {
		give_up(keeper, how, exit_status);
		return;
	}
	message(MESSAGE_INFO, "%s", how);
	be_over(keeper, HELPER_DONE, -1);
}

static void after_end(struct keeper *keeper)
{
	const struct helper_spec *spec = keeper->spec;
	const int exit_status = loop_exit_status(&keeper->loop);
	char how[64];

	keeper->state.last_status = keeper->loop.status;
	end_format(keeper->loop.status, how);
	if (keeper->stops)
		be_over(keeper, HELPER_STOPPING, -1);
	else if (spec->once)
		end_of_once(keeper, how, exit_status);
	else if (keeper->restarts) {
		message(MESSAGE_INFO, "%s, and starts again, as asked", how);
		keeper->failures = 0;
		keeper->state.restarts++;
	} else if (spec->every_ms) {
		message(exit_status ? MESSAGE_WARNING : MESSAGE_INFO, "%s", how);
		sleep_until_next(keeper);
	} else if (spec->restart == RESTART_NEVER)
		give_up(keeper, how, exit_status);
	else if (spec->restart == RESTART_ON_FAILURE && !exit_status)
		be_over(keeper, HELPER_DONE, -1);
	else
		back_off(keeper, how, exit_status);
}

/* It could not be started. At the first time, that ends the container; later it is one more
 * failure: a fork may fail for want of processes. */
static void after_failure(struct keeper *keeper, const struct failure *failure)
{
	const bool first = !keeper->state.restarts && !keeper->spec->every_ms;
	char text[LAST_WORD_SIZE];

	if (first) {
		keeping_fail(keeper, failure);
		return;
	}
	failure_format(failure, text, sizeof(text));
	if (keeper->spec->every_ms) {
		message(MESSAGE_WARNING, "%s", text);
		sleep_until_next(keeper);
	} else {
		back_off(keeper, text, failure->status);
	}
}

/* --- between two starts --------------------------------------------------------------------- */

/* Until it is time, or somebody wants it to be. A stop that has come meanwhile is heard in any
 * case.
 */
static const struct failure *rest(struct keeper *keeper)
{
	const struct failure *failure;
	int64_t left;

	do {
		left = keeper->restarts ? 0 : keeper->state.next_ms - clock_ms();
		left = left < 0 ? 0 : left;
		failure = loop_rest(&keeper->loop, left < INT32_MAX ? (int)left : INT32_MAX);
	} while (!failure && left > 0 && !keeper->stops && !keeper->restarts);
	return failure;
}

int keeping_run(struct keeper *keeper)
{
	const struct loop_hooks hooks = { .context = keeper,
					  .source_count = 2,
					  .sources = sources_fill,
					  .act = sources_act,
					  .signal = signal_take };
	const struct failure *failure = NULL;

	keeper->loop.hooks = &hooks; /* cppcheck-suppress autoVariables ; nothing loops after us */
	if (keeper->spec->every_ms)
		be_ready(keeper); /* it holds nobody up */
	while (!failure && !keeper->is_over && !keeper->stops) {
		failure = start(keeper);
		if (failure) {
			after_failure(keeper, failure);
			failure = NULL;
		} else {
			failure = look_after(keeper);
			if (!failure)
				after_end(keeper);
		}
		if (!failure && !keeper->is_over)
			failure = rest(keeper);
	}
	if (failure) {
		keeping_fail(keeper, failure);
		keeper->exit_status = failure->status; /* ours: no option makes that good */
	} else if (!keeper->is_over)
		be_over(keeper, HELPER_STOPPING, -1);
	keeping_tell(keeper, CHANNEL_ENDED);
	return keeper->exit_status < 0 ? 0 : keeper->exit_status;
}
