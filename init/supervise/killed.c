#include "init/supervise/killed.h"

#include "init/steps/executable.h"
#include "init/supervise/oom.h"
#include "init/sys/clock.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"

#include <signal.h>

/* a loader is through by then, and what lacks a call for its start is dead */
#define START_MS 200

static void sigsys_explain(const struct command *command)
{
	const char *name = command->argv[0], *foreign = executable_foreign(command->path);
	const struct filter *profile = command->unotify->profile;

	if (!command->unotify->filtered)
		message_last(MESSAGE_WARNING,
			     "%s was killed by SIGSYS: an outer seccomp profile, as a container "
			     "engine's, answers a call of it so",
			     name);
	else if (foreign)
		message_last(
			MESSAGE_WARNING,
			"%s was killed by SIGSYS: %s, and the seccomp profile '%s' is for that "
			"one alone (--seccomp with a profile for both, or --seccomp none)",
			name, foreign, profile->name);
	else
		message_last(
			MESSAGE_WARNING,
			"%s was killed by SIGSYS: the seccomp profile '%s' answers a call of it "
			"so, or it became a program for another architecture (--record FILE "
			"finds out what it needs)",
			name, profile->name);
}

void killed_explain(const struct child *child, int signal)
{
	const struct command *command = child->command;
	const char *profile = command->unotify->profile->name;

	oom_explain(command->argv[0], signal);
	if (child->unexecuted && command->unotify->filtered)
		message_last(MESSAGE_WARNING,
			     "%s was killed by %s before it was executed: the seccomp profile '%s' "
			     "does not let it be",
			     command->argv[0], signal_name(signal), profile);
	else if (signal == SIGSYS)
		sigsys_explain(command);
	else if (signal == SIGSEGV && command->unotify->filtered &&
		 clock_ms() - child->started_ms < START_MS)
		message_last(MESSAGE_WARNING,
			     "%s was killed by SIGSEGV at its start: the seccomp profile '%s' may "
			     "refuse what it needs for that (--record FILE finds out)",
			     command->argv[0], profile);
}
