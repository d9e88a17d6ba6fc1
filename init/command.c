#include "init/command.h"

#include "init/environment.h"
#include "init/message.h"

#include <errno.h>
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

/* 0, or the errno that running this file would give. A folder on the way that we may not search may
 * still be open to the user, so EACCES is not the last word. */
static int file_try(const char *path)
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

int command_find(const char *name, char ret_path[PATH_MAX])
{
	const char *folder = getenv("PATH");
	char candidate[PATH_MAX];
	int error, result = ENOENT;

	if (strchr(name, '/')) {
		if (!path_join(ret_path, "", 0, name))
			return EXIT_NOT_FOUND; /* the kernel takes no path of this length */
		error = file_try(name);
		return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : 0;
	}
	if (!*name)
		return EXIT_NOT_FOUND;
	for (folder = folder ? folder : DEFAULT_PATH;; folder++) {
		const size_t length = strcspn(folder, ":");

		error = path_join(candidate, folder, length, name) ? file_try(candidate) : ENOENT;
		if (!error || (error == EACCES && result == ENOENT)) {
			(void)snprintf(ret_path, PATH_MAX, "%s", candidate);
			result = error;
		}
		if (!error)
			return 0;
		folder += length;
		if (!*folder)
			return result == ENOENT ? EXIT_NOT_FOUND : 0;
	}
}

void command_locate(const char *name, struct command *ret_command)
{
	const int status = command_find(name, ret_command->path);

	if (status)
		die_with(status,
			 "%s: command not found (install it in the image, or give its path)", name);
}

void command_prepare(const struct plan *plan, const struct inherited *inherited,
		     struct command *command)
{
	command->argv = plan->command;
	command->sockets = inherited->sockets + (int)plan->listen_count;
	command->mask = inherited->mask;
	command->sigchld = inherited->sigchld;
	command->environment =
		environment_make(plan, environ, inherited->sockets, &command->pid_slot);
	/* Again, because other folders of PATH are open to the user than to root. */
	if (plan->drops)
		command_locate(plan->command[0], command);
}
