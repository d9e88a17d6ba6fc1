#include "init/steps/command.h"

#include "init/privileges/capabilities.h"
#include "init/steps/environment.h"
#include "init/steps/executable.h"
#include "init/steps/step.h"
#include "init/steps/trial.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* --- finding it ----------------------------------------------------------------------------- */

static bool path_join(char result[PATH_MAX], const char *folder, size_t length, const char *name)
{
	const char *slash = length ? "/" : "";

	/* longer than a path can be: it would also be too long for the precision */
	if (length >= PATH_MAX)
		return false;
	return snprintf(result, PATH_MAX, "%.*s%s%s", (int)length, folder, slash, name) < PATH_MAX;
}

/* Along PATH. Returns 0, or the error of the best candidate, which is in ret_path all the same. */
static int path_search(const char *folder, const char *name, char ret_path[PATH_MAX])
{
	char candidate[PATH_MAX];
	int error, result = ENOENT;

	for (;; folder++) {
		const size_t length = strcspn(folder, ":");

		error = path_join(candidate, folder, length, name) ? executable_try(candidate)
								   : ENOENT;
		if (!error || (error == EACCES && result == ENOENT)) {
			(void)path_join(ret_path, folder, length, name); /* fits: it just did */
			result = error;
		}
		if (!error)
			return 0;
		folder += length;
		if (!*folder)
			return result;
	}
}

/* PATH as the command will have it. */
static const char *search_path(const struct plan *plan)
{
	const char *path = getenv("PATH");

	for (size_t i = 0; i < plan->environment.count; i++) {
		if (!strncmp(plan->environment.at[i], "PATH=", 5))
			path = plan->environment.at[i] + 5;
	}
	return path ? path : DEFAULT_PATH;
}

/* The file of the plan's command: along PATH, or as it is named where that has a slash. */
static const struct failure *file_find(const struct plan *plan, const char **ret_path)
{
	const char *name = plan->command[0];
	char path[PATH_MAX];

	if (!*name || strlen(name) >= sizeof(path)) /* the kernel takes no path of this length */
		return executable_not_found(name);
	if (strchr(name, '/')) {
		*ret_path = name;
		return access(name, F_OK) && (errno == ENOENT || errno == ENOTDIR)
			       ? executable_not_found(name)
			       : NULL;
	}
	if (path_search(search_path(plan), name, path) == ENOENT)
		return executable_not_found(name);
	*ret_path = strdup(path);
	return *ret_path ? NULL : failure_of_memory();
}

/* Is what is found relative to the working folder? */
static bool depends_on_folder(const struct plan *plan)
{
	const char *at = search_path(plan);

	if (strchr(plan->command[0], '/'))
		return *plan->command[0] != '/';
	while (*at == '/' && at[strcspn(at, ":")])
		at += strcspn(at, ":") + 1;
	return *at != '/';
}

const struct failure *command_find(struct run *run)
{
	if (!run->plan->command[0])
		return NULL; /* a --with-file may have it */
	if (run->plan->chdir && depends_on_folder(run->plan))
		return NULL; /* we are not there yet */
	return file_find(run->plan, &run->command.path);
}

/* --- its folder ----------------------------------------------------------------------------- */

static const char *folder_question(const void *folder)
{
	return chdir(folder) ? strerror(errno) : NULL;
}

void folder_check(struct run *run, struct outlook *outlook)
{
	const char *folder = run->plan->chdir, *obstacle, *once;

	if (!folder || outlook->no_drop)
		return;
	/* With a slash it is no file that would do. */
	obstacle = outlook_obstacle(outlook, run->plan, text_format("%s/", folder), X_OK,
				    trial_ask(run, folder_question, folder), &once);
	outlook_say(outlook, !obstacle, "%s%s%s%s", folder, obstacle ? ": " : "",
		    obstacle ? obstacle : "", once);
}

const struct failure *folder_run(struct run *run)
{
	const char *folder = run->plan->chdir;

	if (!folder || !chdir(folder))
		return NULL;
	return failure_new(text_format("--chdir %s", folder), errno,
			   errno == EACCES
				   ? "the folder, and those above it, must be open to the user"
			   : errno == ENOENT ? "create it in the image, or add --chown with mkdir"
					     : NULL,
			   "cannot go there");
}

/* --- making it ready ------------------------------------------------------------------------ */

/* "/bin/sh PATH ARG..."; made beforehand, as a vfork child may not allocate. execvp(3) NULL without
 * memory. */
static char **shell_argv_make(struct command *command)
{
	size_t count = 0;
	char **argv;

	while (command->argv[count])
		count++;
	argv = calloc(count + 2, sizeof(*argv));
	if (!argv)
		return NULL;
	argv[0] = (char *)(uintptr_t)SHELL; /* execve(2) changes no argument */
	argv[1] = (char *)(uintptr_t)command->path;
	memcpy(argv + 2, command->argv + 1, count * sizeof(*argv)); /* with its NULL */
	return argv;
}

/* Another init's way is to be in / first; a helper's next start comes from there, too. */
static const struct failure *folder_keep(const struct plan *plan, int *ret_folder)
{
	*ret_folder = -1;
	if (!plan->leaves_first && !plan->helper.name)
		return NULL;
	*ret_folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret_folder < 0 ? failure_new(NULL, errno, NULL, "cannot open the working folder")
			       : NULL;
}

const struct failure *command_run(struct run *run)
{
	const struct plan *plan = run->plan;
	struct command *command = &run->command;
	const struct failure *failure = file_find(plan, &command->path);

	if (!failure)
		failure = environment_make(plan, environ, run->inherited.sockets, &run->secrets,
					   &command->environment, &command->pid_slot);
	if (!failure)
		failure = folder_keep(plan, &command->folder);
	if (failure)
		return failure;
	command->plan = plan;
	command->argv = plan->command;
	command->session = plan->session;
	command->sockets = run->inherited.sockets + (int)plan->listen_count;
	command->mask = run->inherited.mask;
	command->sigchld = run->inherited.sigchld;
	if (plan->shell_fallback)
		command->shell_argv = shell_argv_make(command);
	return plan->shell_fallback && !command->shell_argv ? failure_of_memory() : NULL;
}

/* --- whether it would work ------------------------------------------------------------------ */

/* The bounding set that the command will have. */
static uint64_t bounding_foresee(const struct run *run)
{
	const uint64_t kept =
		run->ports.keeps == BIND_COMMAND ? CAPABILITY_BIT(CAP_NET_BIND_SERVICE) : 0;
	uint64_t bounding = 0;

	if (run->plan->drops && !run->plan->allow_new_privs && capabilities_have(CAP_SETPCAP))
		return kept;
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		if (prctl(PR_CAPBSET_READ, n, 0, 0, 0) == 1)
			bounding |= CAPABILITY_BIT(n);
	}
	return bounding;
}

struct candidate {
	const struct plan *plan;
	const struct filter *profile; /* that it will run under */
	uint64_t bounding;
};

/* What no owner and no mode of it would mend. NULL: nothing. */
static const char *program_obstacle(const struct candidate *candidate, const char *path)
{
	const char *obstacle = executable_obstacle(path, candidate->bounding, candidate->profile);
	const char *foreign = candidate->plan->record ? executable_foreign(path) : NULL;

	if (foreign)
		return text_format("cannot record %s: %s", path, foreign);
	return obstacle ? text_format("%s: cannot be run: %s", path, obstacle) : NULL;
}

/* In a process that is the user: found, and executable? */
static const char *command_question(const void *context)
{
	const struct candidate *candidate = context;
	const struct failure *failure;
	const char *path = NULL;
	char text[PATH_MAX + 512];
	int error;

	if (candidate->plan->chdir && chdir(candidate->plan->chdir))
		return NULL; /* that has a line of its own */
	failure = file_find(candidate->plan, &path);
	if (failure)
		return text_format("%s", failure_format(failure, text, sizeof(text)));
	error = executable_try(path);
	if (error)
		return text_format("%s", failure_format(executable_refuse(path, path, error), text,
							sizeof(text)));
	return program_obstacle(candidate, path);
}

/* This stands in the way as yet, or nothing (NULL). What will, once every --chown is done? */
static const char *obstacle_then(const struct candidate *candidate, const struct outlook *outlook,
				 const char *path, const char *now)
{
	const char *once,
		*then = outlook_obstacle(outlook, candidate->plan, path, X_OK, now, &once);

	if (then && !now)
		return text_format("%s: %s%s", path, then, once);
	if (then || !now || executable_try(path))
		return now;
	return program_obstacle(candidate, path);
}

void command_check(struct run *run, struct outlook *outlook)
{
	const struct plan *plan = run->plan;
	const struct candidate candidate = { plan, &run->profile, bounding_foresee(run) };
	const struct failure *failure = NULL;
	const char *path = plan->command[0], *obstacle = NULL;

	if (outlook->names_command)
		return;
	if (!path) {
		outlook_say(outlook, true, "none given: only the steps are checked");
		return;
	}
	failure = command_find(run);
	path = failure ? path : run->command.path ? run->command.path : path;
	if (failure)
		obstacle = text_format("%s: not found (%s)", path, failure->advice);
	else if (!outlook->no_drop)
		obstacle = trial_ask(run, command_question, &candidate);
	obstacle = obstacle_then(&candidate, outlook, path, obstacle);
	if (obstacle)
		outlook_say(outlook, false, "%s", obstacle);
	else
		outlook_say(outlook, true, "%s, as %s", path,
			    plan->exec ? "this very process (--exec)" : "a child of this init");
}
