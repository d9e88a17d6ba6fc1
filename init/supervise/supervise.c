#include "init/supervise/supervise.h"

#include "init/steps/file_env.h"
#include "init/supervise/lockdown.h"
#include "init/supervise/loop.h"
#include "init/supervise/spawn.h"
#include "init/sys/descriptors.h"

#include <string.h>

const struct failure *supervise(struct run *run, int *ret_status)
{
	const struct plan *plan = run->plan;
	struct command *command = &run->command;
	struct loop loop;
	int result;

	server_arm(&run->server, command);
	result = plan->drops ? descriptors_seal(command->sockets) : 0;
	if (result)
		return failure_new(
			NULL, -result,
			"raise the limit of open files, mount /proc, or use Linux 5.11 or later",
			"cannot keep inherited descriptors from the command");
	if (plan->exec)
		child_become(command);
	loop_prepare(plan, &run->server, &loop);
	child_start(command, &loop.child);
	file_env_wipe(run);
	server_start(&run->server, loop.child.listener);
	if (run->ports.keeps == BIND_COMMAND) {
		const struct failure *failure = privileges_give_up();

		if (failure)
			return failure;
	}
	if (plan->drops || command->filter.program.len)
		lockdown_enter(run->server.reports);
	*ret_status = loop_run(&loop);
	server_finish(&run->server);
	return NULL;
}
