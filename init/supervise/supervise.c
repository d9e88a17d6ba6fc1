#include "init/supervise/supervise.h"

#include "init/privileges/drop.h"
#include "init/steps/file_env.h"
#include "init/supervise/answering.h"
#include "init/supervise/helpers.h"
#include "init/supervise/lockdown.h"
#include "init/supervise/loop.h"
#include "init/supervise/spawn.h"
#include "init/supervise/survivors.h"
#include "init/sys/descriptors.h"
#include "init/sys/message.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The sockets of --listen are the command's alone, so that closing them is closing the port; and
 * what whoever started us has left open is nobody's. Before there is a thread with some of its own.
 */
static void close_others(struct run *run, const struct loop *loop)
{
	const struct unotify *unotify = &run->unotify;
	const int ours[] = { loop->signal_fd, loop->terminal, loop->child.pidfd,
			     loop->child.listener,
			     unotify->reports & REPORT_CALLS ? unotify->record.file : -1 };
	const size_t count = sizeof(ours) / sizeof(*ours);
	int *own = calloc(count + run->plan->helper_count, sizeof(*own));
	int result = -ENOMEM;

	if (own) {
		memcpy(own, ours, sizeof(ours));
		result = descriptors_close_others(own, count + helpers_channels(run, own + count));
	}
	free(own);
	if (result)
		message(MESSAGE_INFO, "PID 1 keeps inherited descriptors open: %s",
			strerror(-result));
}

/* CAP_NET_BIND_SERVICE is the command's, or the broker's thread's, and nobody else's. A root that
 * was never dropped keeps what it has, to signal what has become another user's. */
static const struct failure *threads_part(struct run *run, int listener)
{
	const enum bind_capability keeps = run->ports.keeps;
	const bool gives_up = run->plan->drops || geteuid() != 0;
	const struct failure *failure = NULL;

	if (gives_up && keeps == BIND_COMMAND)
		failure = privileges_give_up();
	if (!failure)
		failure = answering_start(&run->unotify, listener);
	if (!failure && gives_up && keeps == BIND_BROKER)
		failure = privileges_give_up();
	return failure;
}

/* What the command's end makes of ours. What killed it is the container's last word, unless it was
 * to end because of a helper, whose word that is. */
static int end_say(const struct loop *loop)
{
	const int code = loop_exit_status(loop);

	if (*loop->why && loop->is_stopped)
		message(MESSAGE_WARNING, "%s", loop->why);
	else if (*loop->why)
		message_last(MESSAGE_WARNING, "%s", loop->why);
	return loop->plan->remap_exit[code & 255] ? 0 : code;
}

/* The command runs: become what looks after it, and no more than that. */
static const struct failure *look_after(struct run *run, struct loop *loop, int *ret_status)
{
	struct unotify *unotify = &run->unotify;
	const struct failure *failure;

	close_others(run, loop);
	failure = threads_part(run, loop->child.listener);
	if (failure)
		return failure;
	if (run->plan->drops || unotify->filtered)
		lockdown_enter(LOCKDOWN_LOOP,
			       unotify->reports | (run->helpers ? LOCKDOWN_TITLE : 0));
	filter_release(&unotify->filter);
	helpers_show_command(run);
	failure = loop_run(loop);
	if (failure)
		return failure;
	*ret_status = helpers_end(run, end_say(loop));
	failure = survivors_end(loop, run->plan->stop_timeout_ms);
	return failure ? failure : unotify_finish(unotify);
}

const struct failure *supervise(struct run *run, int *ret_status)
{
	const struct plan *plan = run->plan;
	struct command *command = &run->command;
	const int result = plan->drops ? descriptors_seal(command->sockets) : 0;
	const struct failure *failure;
	struct loop loop;

	if (result)
		return failure_new(
			NULL, -result,
			"raise the limit of open files, mount /proc, or use Linux 5.11 or later",
			"cannot keep inherited descriptors from the command");
	command->unotify = &run->unotify;
	if (plan->exec)
		return child_become(command);
	failure = helpers_start(run, ret_status);
	if (failure)
		return failure;
	failure = loop_prepare(plan, &loop);
	if (!failure)
		helpers_watch(run, &loop);
	if (!failure && *ret_status >= 0)
		return survivors_end(&loop, plan->stop_timeout_ms);
	if (!failure)
		failure = child_start(command, &loop.child);
	if (!failure) {
		file_env_wipe(run);
		failure = look_after(run, &loop, ret_status);
		if (failure && !loop.ended)
			(void)kill(loop.child.pid, SIGKILL); /* nobody waited: it is ours */
	}
	if (failure)
		(void)helpers_end(run, 0); /* the failure says what to exit with */
	return failure;
}
