#include "init/steps/streams.h"

#include "init/sys/descriptors.h"
#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- ways out ------------------------------------------------------------------------------- */

/* The kernel marks a path that does not begin at our root. getcwd(2) */
static bool working_folder_is_outside(void)
{
	static const char mark[] = "(unreachable)";
	char path[PATH_MAX];

	/* musl's getcwd(3) makes ENOENT of it, which a removed folder has too. */
	return syscall(SYS_getcwd, path, sizeof(path)) > 0 && !strncmp(path, mark, strlen(mark));
}

static const struct failure *way_out_find(int sockets)
{
	struct stat status = { 0 };

	if (working_folder_is_outside())
		return failure_new(NULL, 0, "start drop-init in a folder of the container",
				   "the working folder lies outside of the root, which the command "
				   "could leave that way");
	for (int fd = 0; fd < LISTEN_FDS_START + sockets; fd++) {
		if (!fstat(fd, &status) && S_ISDIR(status.st_mode))
			return failure_new(
				NULL, 0,
				fd < LISTEN_FDS_START ? "pass a file, a pipe or a terminal"
						      : "pass sockets",
				"descriptor %d is a folder, which the command could leave "
				"its root by",
				fd);
	}
	return NULL;
}

/* --- the user's own ------------------------------------------------------------------------- */

/* /dev/null is everybody's, a file's owner outlives the container, and a socket's means nothing. */
static bool stream_wants_owner(int fd, const struct stat *status)
{
	return S_ISFIFO(status->st_mode) || (S_ISCHR(status->st_mode) && isatty(fd));
}

static void streams_give(uid_t uid)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat status = { 0 };

		if (fstat(fd, &status) || status.st_uid == uid || !stream_wants_owner(fd, &status))
			continue;
		if (fchown(fd, uid, (gid_t)-1))
			message(MESSAGE_INFO,
				"standard stream %d: cannot give it to user %u: %s (the command can "
				"use it, but not open it again by name; CAP_CHOWN mends it)",
				fd, uid, strerror(errno));
	}
}

/* --- the step ------------------------------------------------------------------------------- */

void streams_check(struct run *run, struct outlook *outlook)
{
	const struct failure *failure =
		run->plan->drops ? way_out_find(run->inherited.sockets) : NULL;

	if (failure)
		outlook_refuse(outlook, "", failure);
}

const struct failure *streams_run(struct run *run)
{
	const struct failure *failure;

	if (!run->plan->drops)
		return NULL;
	failure = way_out_find(run->inherited.sockets);
	if (!failure && !run->plan->helper.name) /* they are the command's */
		streams_give(run->plan->identity.uid);
	return failure;
}
