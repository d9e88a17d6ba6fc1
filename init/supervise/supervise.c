#include "init/supervise/supervise.h"

#include "init/privileges/drop.h"
#include "init/steps/file_env.h"
#include "init/supervise/answering.h"
#include "init/supervise/lockdown.h"
#include "init/supervise/loop.h"
#include "init/supervise/spawn.h"
#include "init/sys/descriptors.h"
#include "init/sys/message.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The sockets of --listen are the command's alone, so that closing them is closing the port; and
 * what whoever started us has left open is nobody's. Before there is a thread with some of its own. */
static void close_others(const struct loop *loop, const struct unotify *unotify)
{
	const int own[] = { loop->signal_fd, loop->child.pidfd, loop->child.listener,
			    unotify->reports & REPORT_CALLS ? unotify->record.file : -1 };
	const int result = descriptors_close_others(own, sizeof(own) / sizeof(*own));

	if (result)
		message(MESSAGE_INFO, "PID 1 keeps inherited descriptors open: %s",
			strerror(-result));
}

/* CAP_NET_BIND_SERVICE is the command's, or the broker's thread's, and nobody else's. A root that
 * was never dropped keeps what it has, to signal what has become another user's. */
static const struct failure *threads_part(struct run *run, int listener)
{
	const enum bind_capability keeps = run->ports.keeps;
	const struct failure *failure = keeps == BIND_COMMAND ? privileges_give_up() : NULL;

	if (!failure)
		failure = answering_start(&run->unotify, listener);
	if (!failure && keeps == BIND_BROKER && geteuid() != 0)
		failure = privileges_give_up();
	return failure;
}

/* The command runs: become what looks after it, and no more than that. */
static const struct failure *look_after(struct run *run, struct loop *loop, int *ret_status)
{
	struct unotify *unotify = &run->unotify;
	const struct failure *failure;

	close_others(loop, unotify);
	failure = threads_part(run, loop->child.listener);
	if (failure)
		return failure;
	if (run->plan->drops || unotify->filter.program.len)
		lockdown_enter(LOCKDOWN_LOOP, unotify->reports);
	filter_release(&unotify->filter);
	failure = loop_run(loop, ret_status);
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
	failure = loop_prepare(plan, &loop);
	if (!failure)
		failure = child_start(command, &loop.child);
	if (failure)
		return failure;
	file_env_wipe(run);
	failure = look_after(run, &loop, ret_status);
	if (failure && !loop.ended)
		(void)kill(loop.child.pid, SIGKILL); /* nobody has waited for it, so it is ours */
	return failure;
}
