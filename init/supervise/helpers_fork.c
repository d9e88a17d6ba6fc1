/* PID 1 forks a keeper for each line, while it is root; for a file's lines when it has dropped. */
#include "init/supervise/helper_table.h"

#include "init/steps/file_env.h"
#include "init/supervise/channel.h"
#include "init/supervise/keeper.h"
#include "init/sys/clock.h"
#include "init/sys/effect.h"
#include "init/sys/event.h"
#include "init/sys/message.h"
#include "init/sys/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever is not the owner of a pipe must be able to open /dev/stdout again. */
static void streams_open_to(uid_t uid)
{
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		struct stat status = { 0 };

		if (!fstat(fd, &status) && S_ISFIFO(status.st_mode) && status.st_uid != uid &&
		    fchmod(fd, 0622))
			message(MESSAGE_INFO,
				"standard stream %d: cannot open it to user %u: %s (a helper can use "
				"it, but not open it again by name)",
				fd, uid, strerror(errno));
	}
}

struct run *helper_run_new(const struct run *ours, const struct plan *plan)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	run->plan = plan;
	run->steps = ours->steps;
	run->inherited = ours->inherited;
	run->inherited.sockets = 0;
	return run;
}

/* What PID 1 has read and bound for the command is not the keeper's. */
static int keeper_main(struct run *ours, const struct helper *helper, int channel)
{
	struct run *run = helper_run_new(ours, helper->plan);

	file_env_wipe(ours);
	if (!run)
		return event_say_failure(failure_of_memory());
	run->inherited.parent = getppid();
	return keeper_run(run, channel);
}

static const struct failure *keeper_fork(struct run *run, struct helper *helper)
{
	const char *typed = text_format("--with %s", helper_name(helper));
	int keepers = -1, result = channel_make(&helper->channel, &keepers);

	if (result)
		return failure_new(typed, -result, NULL, "cannot make a channel to its keeper");
	streams_open_to(helper->plan->identity.uid);
	helper->keeper = effect_fork(0);
	if (!helper->keeper)
		_exit(keeper_main(run, helper, keepers));
	(void)close(keepers); /* the keeper's */
	if (helper->keeper < 0)
		return failure_new(typed, -helper->keeper, NULL, "cannot create its keeper");
	return NULL;
}

/* Those that have a keeper keep it, in the order of the plan that there is now. */
static const struct failure *table_make(struct run *run)
{
	const struct plan *plan = run->plan;
	struct helpers *helpers = run->helpers;
	struct helper *at = calloc(plan->helper_count + 1, sizeof(*at));
	size_t count = 0;

	if (!at)
		return failure_of_memory();
	for (size_t i = 0; i < plan->helper_count; i++) {
		if (plan->helpers[i].helper.file)
			continue;
		at[count] =
			(struct helper){ .plan = &plan->helpers[i],
					 .channel = -1,
					 .state = { .last_status = -1, .since_ms = clock_ms() } };
		for (size_t j = 0; j < helpers->count; j++) {
			if (!strcmp(helper_name(&helpers->at[j]), helper_name(&at[count])))
				at[count] = helpers->at[j];
		}
		count++;
	}
	helpers->at = at;
	helpers->count = count;
	helpers->sources = calloc(count + 1, sizeof(*helpers->sources));
	return helpers->sources ? NULL : failure_of_memory();
}

const struct failure *helpers_run(struct run *run)
{
	const struct failure *failure;

	if (!run->plan->helper_count)
		return NULL;
	if (!run->helpers) {
		run->helpers = calloc(1, sizeof(*run->helpers));
		if (!run->helpers)
			return failure_of_memory();
		run->helpers->exit_status = -1;
		run->helpers->command.last_status = -1;
		run->helpers->command.since_ms = clock_ms();
	}
	failure = table_make(run);
	for (size_t i = 0; !failure && i < run->helpers->count; i++) {
		if (!run->helpers->at[i].keeper)
			failure = keeper_fork(run, &run->helpers->at[i]);
	}
	return failure;
}
