#include "init/supervise/keeper.h"

#include "init/supervise/keeping.h"
#include "init/supervise/notify_socket.h"
#include "init/supervise/title.h"
#include "init/sys/clock.h"
#include "init/sys/descriptors.h"
#include "init/sys/message.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TITLE_SIZE (sizeof("drop-init: ") + HELPER_NAME_SIZE)

/* Nothing of PID 1's but the channel, which has to be out of the way of the helper's sockets; and
 * nobody's standard input. */
static int descriptors_keep(const struct plan *plan, int *channel)
{
	const int moved = descriptor_move(*channel, (int)plan->listen_count);
	int nothing, result;

	if (moved < 0)
		return moved;
	*channel = moved;
	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	result = nothing < 0 || dup2(nothing, STDIN_FILENO) ? -errno : 0;
	if (nothing >= 0)
		(void)close(nothing); /* standard input is the same */
	return result ? result : descriptors_close_others(channel, 1);
}

/* The helper's NOTIFY_SOCKET is a variable of its plan, which is our own copy. */
static int notify_make(struct plan *plan, int *ret_fd)
{
	char variable[NOTIFY_VARIABLE_SIZE];
	const int fd = notify_socket_open(variable);
	const char **variables;

	if (fd < 0)
		return fd;
	*ret_fd = descriptor_move(fd, (int)plan->listen_count);
	if (*ret_fd < 0)
		return *ret_fd;
	variables = calloc(plan->environment.count + 1, sizeof(*variables));
	if (!variables)
		return -ENOMEM;
	if (plan->environment.count)
		memcpy(variables, plan->environment.at,
		       plan->environment.count * sizeof(*variables));
	variables[plan->environment.count] = text_format("%s", variable);
	plan->environment.at = variables;
	plan->environment.count++;
	return 0;
}

static const struct failure *own_things_make(struct keeper *keeper, struct plan *plan)
{
	int result = descriptors_keep(plan, &keeper->channel);

	if (!result && plan->helper.ready_notify)
		result = notify_make(plan, &keeper->notify);
	if (!result)
		(void)title_prepare(TITLE_SIZE); /* it is for ps(1) */
	return result ? failure_new(NULL, -result, NULL, "its keeper cannot be made ready") : NULL;
}

static void name_show(const char *name)
{
	char *title = title_room();

	if (title)
		(void)title_show((size_t)snprintf(title, TITLE_SIZE, "drop-init: %s", name) + 1);
}

/* The same steps as for the command, with the helper's plan. Nothing is started before all keepers,
 * and PID 1, have come this far. */
static const struct failure *step_down(struct keeper *keeper, struct plan *plan)
{
	struct run *run = keeper->run;
	const struct failure *failure = own_things_make(keeper, plan);

	for (const struct step *step = run->steps; !failure && step->name; step++) {
		failure = step->run(run);
		/* By its next time it may be there. */
		if (failure && failure->status == EXIT_NOT_FOUND && plan->helper.every_ms)
			failure = NULL;
	}
	run->command.unotify = &run->unotify;
	if (!failure)
		failure = loop_prepare(plan, &keeper->loop);
	return failure;
}

int keeper_run(struct run *run, int channel)
{
	struct plan plan = *run->plan;
	struct keeper keeper = { .run = run,
				 .spec = &plan.helper,
				 .channel = channel,
				 .notify = -1,
				 .exit_status = -1,
				 .state = { .last_status = -1, .since_ms = clock_ms() } };
	const struct failure *failure;

	run->plan = &plan; /* cppcheck-suppress autoVariables ; the process ends with us */
	message_name_helper(plan.helper.name);
	failure = step_down(&keeper, &plan);
	if (failure) {
		keeping_fail(&keeper, failure);
		if (failure->status == EXIT_OWN_FAILURE)
			keeper.exit_status = failure->status; /* no option makes that good */
		keeping_tell(&keeper, CHANNEL_ENDED);
		return failure->status;
	}
	name_show(plan.helper.name);
	keeping_tell(&keeper, CHANNEL_DROPPED);
	return channel_says_go(keeper.channel) ? keeping_run(&keeper) : 0;
}
