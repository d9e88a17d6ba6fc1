#include "init/steps/command.h"

#include "init/steps/environment.h"
#include "init/sys/event.h"
#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

int command_status(int error)
{
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

/* A folder on the way that we may not search may still be open to the user, so EACCES is not the
 * last word. */
int command_try(const char *path)
{
	struct stat status;

	if (access(path, X_OK) || stat(path, &status))
		return errno;
	return S_ISDIR(status.st_mode) ? EISDIR : 0;
}

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

		error = path_join(candidate, folder, length, name) ? command_try(candidate)
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

/* Not inlined: a frame of 8 KiB that most commands of a container, named by path, do not need. */
static __attribute__((noinline)) int find_along_path(const char *name, const char **ret_path)
{
	const char *folders = getenv("PATH");
	char path[PATH_MAX], *found;

	if (path_search(folders ? folders : DEFAULT_PATH, name, path) == ENOENT)
		return EXIT_NOT_FOUND;
	found = strdup(path);
	if (!found)
		die("out of memory: %s", strerror(errno));
	*ret_path = found;
	return 0;
}

int command_find(const char *name, const char **ret_path)
{
	if (!*name)
		return EXIT_NOT_FOUND;
	if (!strchr(name, '/'))
		return find_along_path(name, ret_path);
	if (strlen(name) >= PATH_MAX)
		return EXIT_NOT_FOUND; /* the kernel takes no path of this length */
	if (access(name, F_OK) && (errno == ENOENT || errno == ENOTDIR))
		return EXIT_NOT_FOUND;
	*ret_path = name;
	return 0;
}

void command_locate(const char *name, struct command *ret_command)
{
	const int status = command_find(name, &ret_command->path);

	if (status)
		event_die(
			status, EVENT_EXEC_FAILED,
			(struct event_facts){ name, 0, ENOENT,
					      "command not found (install it in the image, or give "
					      "its path)" });
}

/* "/bin/sh PATH ARG..."; made beforehand, as a vfork child may not allocate. execvp(3) */
static char **shell_argv_make(struct command *command)
{
	size_t count = 0;
	char **argv;

	while (command->argv[count])
		count++;
	argv = calloc(count + 2, sizeof(*argv));
	if (!argv)
		die("out of memory: %s", strerror(errno));
	argv[0] = (char *)(uintptr_t)SHELL; /* execve(2) changes no argument */
	argv[1] = (char *)(uintptr_t)command->path;
	memcpy(argv + 2, command->argv + 1, count * sizeof(*argv)); /* with its NULL */
	return argv;
}

void command_prepare(const struct plan *plan, const struct inherited *inherited,
		     struct command *command)
{
	command->argv = plan->command;
	command->session = plan->session;
	command->folder = plan->leaves_first ? open(".", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	command->sockets = inherited->sockets + (int)plan->listen_count;
	command->mask = inherited->mask;
	command->sigchld = inherited->sigchld;
	command->environment =
		environment_make(plan, environ, inherited->sockets, &command->pid_slot);
	/* Again, because other folders of PATH are open to the user than to root. */
	if (plan->drops || plan->becomes)
		command_locate(plan->command[0], command);
	if (plan->shell_fallback)
		command->shell_argv = shell_argv_make(command);
}
