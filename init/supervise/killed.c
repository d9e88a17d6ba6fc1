#include "init/supervise/killed.h"

#include "init/steps/executable.h"
#include "init/supervise/oom.h"
#include "init/sys/clock.h"
#include "init/sys/signals.h"

#include <signal.h>
#include <stdio.h>

/* a loader is through by then on a busy machine too, and what lacks a call for its start is dead */
#define START_MS 1000

static void sigsys_explain(const struct command *command, char ret_why[KILLED_WHY_SIZE])
{
	const char *name = command->argv[0], *foreign = NULL;
	const struct filter *profile = command->unotify->profile;

	if (*command->path == '/') /* we have left the folder that another one starts from */
		foreign = executable_foreign(command->path);
	if (!command->unotify->filtered)
		snprintf(ret_why, KILLED_WHY_SIZE,
			 "%s was killed by SIGSYS: an outer seccomp profile, as a container "
			 "engine's, answers a call of it so",
			 name);
	else if (foreign)
		snprintf(ret_why, KILLED_WHY_SIZE,
			 "%s was killed by SIGSYS: %s, and the seccomp profile '%s' is for that "
			 "one alone (--seccomp with a profile for both, or --seccomp none)",
			 name, foreign, profile->name);
	else
		snprintf(ret_why, KILLED_WHY_SIZE,
			 "%s was killed by SIGSYS: the seccomp profile '%s' answers a call of it "
			 "so, or it became a program for another architecture (--record FILE "
			 "finds out what it needs)",
			 name, profile->name);
}

void killed_explain(const struct child *child, int signal, char ret_why[KILLED_WHY_SIZE])
{
	const struct command *command = child->command;
	const char *name = command->argv[0], *profile = command->unotify->profile->name;

	*ret_why = '\0';
	if (child->unexecuted && command->unotify->filtered)
		snprintf(ret_why, KILLED_WHY_SIZE,
			 "%s was killed by %s before it was executed: the seccomp profile '%s' "
			 "does not let it be",
			 name, signal_name(signal), profile);
	else if (signal == SIGKILL)
		oom_explain(name, ret_why, KILLED_WHY_SIZE);
	else if (signal == SIGSYS)
		sigsys_explain(command, ret_why);
	else if (signal == SIGSEGV && command->unotify->filtered &&
		 clock_ms() - child->started_ms < START_MS)
		snprintf(ret_why, KILLED_WHY_SIZE,
			 "%s was killed by SIGSEGV at its start: the seccomp profile '%s' may "
			 "refuse what it needs for that (--record FILE finds out)",
			 name, profile);
}
