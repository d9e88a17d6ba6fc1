/* drop-init: the init for containers that drops root. This file is the list of its steps. */
#include "init/cli/check.h"
#include "init/cli/control.h"
#include "init/cli/lines.h"
#include "init/cli/options.h"
#include "init/steps/steps.h"
#include "init/supervise/helpers.h"
#include "init/supervise/supervise.h"
#include "init/sys/event.h"
#include "init/sys/message.h"

#include <unistd.h>

/* Each is named, checked by --check, and run, in this order. */
static const struct step starting[] = {
	/* is it there, and may we? nothing is changed before that is known */
	{ "user", NULL, step_down_require },
	{ "command", NULL, command_find },
	{ "allow-port", ports_check, ports_run },
	{ "seccomp", seccomp_profile_check, seccomp_profile_run },
	{ "record", record_check_step, record_run },

	/* what may need root */
	{ "streams", streams_check, streams_run },
	{ "umask", umask_check, umask_run },
	{ "limit", limits_check, limits_run },
	{ "file-env", file_env_check, file_env_run },
	{ "chown", chown_check, chown_run },
	{ "listen", sockets_check, sockets_run },
	{ "with", helpers_check, helpers_run },

	/* from here there is no way back */
	{ "user", step_down_check, step_down_run },
	{ "with-file", lines_check, lines_run },
	{ "chdir", folder_check, folder_run },
	{ "writable", writable_check, writable_run },
	{ "command", command_check, command_run },
	{ "record", NULL, record_load_run },
	{ NULL, NULL, NULL },
};
static const struct step installing[] = { { "install", install_check, install_run }, { 0 } };

static const struct failure *init(int argc, char **argv, int *ret_status)
{
	static struct plan plan;
	static struct run run; /* large, and mostly untouched */
	const struct failure *failure = start_safely(&run.inherited);

	if (!failure)
		failure = options_parse(argc, argv, environ, &plan);
	if (plan.check || plan_is_request(&plan))
		message_leave_log(); /* an answer is no container's last word */
	if (failure || plan_is_request(&plan))
		return failure ? failure : control_run(&plan, ret_status);
	run.plan = &plan;
	run.steps = plan.install ? installing : starting;
	if (plan.check)
		return check_print(&run, ret_status);
	for (const struct step *step = run.steps; !failure && step->name; step++)
		failure = step->run(&run);
	return failure || plan.install ? failure : supervise(&run, ret_status);
}

int main(int argc, char **argv)
{
	int status = 0;
	const struct failure *failure = init(argc, argv, &status);

	return failure ? event_say_failure(failure) : status;
}
