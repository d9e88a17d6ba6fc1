#include "init/steps/descriptors.h"

#include "init/sys/effect.h"
#include "init/sys/message.h"
#include "init/sys/number.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif
#define MEMORY_DEVICES 1 /* the major number of /dev/null, /dev/zero, /dev/full … */

void descriptors_fill(void)
{
	struct pollfd streams[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	/* One call tells which are closed: POLLNVAL. */
	if (poll(streams, 3, 0) < 0)
		die("cannot look at the standard streams: %s", strerror(errno));
	for (int fd = 0; fd < 3; fd++) {
		int made;

		if (!(streams[fd].revents & POLLNVAL))
			continue;
		made = open("/dev/null", O_RDWR); /* gets the lowest number, which is this one */
		if (made != fd)
			die("descriptor %d is closed and cannot be filled from /dev/null: %s", fd,
			    strerror(made < 0 ? errno : EBADF));
	}
}

int descriptors_inherited(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	uint64_t number;

	if (!pid || !count || !number_parse(pid, 1, INT_MAX, &number) || (pid_t)number != getpid())
		return 0;
	if (!number_parse(count, 0, 4096, &number))
		die("LISTEN_FDS=%s: not a number from 0 to 4096", count);
	for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + (int)number; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			die("LISTEN_FDS=%s: descriptor %d: %s", count, fd, strerror(errno));
	}
	return (int)number;
}

/* For kernels before 5.11, which have no CLOSE_RANGE_CLOEXEC. */
static int seal_by_hand(int first)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t fd;
	int result = 0;

	if (!folder)
		return -errno;
	while (!result && (entry = readdir(folder))) {
		if (!number_parse(entry->d_name, (uint64_t)first, INT_MAX, &fd))
			continue;
		result = effect_close_on_exec((int)fd, true);
	}
	(void)closedir(folder); /* it was only read */
	return result;
}

/* One that is passed on to execve(2), to be sealed with the rest: it shows whether that took.
 * -errno where there is no room for one more. */
static int sample_open(int first)
{
	const int fd = fcntl(STDIN_FILENO, F_DUPFD, first);

	if (fd < 0)
		return -errno;
	return fd >= first ? fd : -ENOEFFECT;
}

void descriptors_seal(int sockets)
{
	const int first = LISTEN_FDS_START + sockets;
	const int sample = sample_open(first);
	int result = sample < 0 ? sample : 0;

	if (!result && syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC))
		result = -errno;
	if (result)
		result = seal_by_hand(first);
	if (sample >= 0 && !result && fcntl(sample, F_GETFD) != FD_CLOEXEC)
		result = -ENOEFFECT;
	if (sample >= 0)
		(void)close(sample); /* nothing was written to it */
	if (result)
		die("cannot keep inherited descriptors from the command: %s (raise the limit of open "
		    "files, mount /proc, or use Linux 5.11 or later)",
		    strerror(-result));
}

/* The kernel marks a path that does not begin at our root. getcwd(2) */
static bool working_folder_is_outside(void)
{
	static const char mark[] = "(unreachable)";
	char path[PATH_MAX];

	/* musl's getcwd(3) makes ENOENT of it, which a removed folder has too. */
	return syscall(SYS_getcwd, path, sizeof(path)) > 0 && !strncmp(path, mark, strlen(mark));
}

void descriptors_require(int sockets)
{
	struct stat status;

	if (working_folder_is_outside())
		die("the working folder lies outside of the root, which the command could leave that "
		    "way (start drop-init in a folder of the container)");
	for (int fd = 0; fd < LISTEN_FDS_START + sockets; fd++) {
		if (!fstat(fd, &status) && S_ISDIR(status.st_mode))
			die("descriptor %d is a folder, which the command could leave its root by "
			    "(pass %s)",
			    fd, fd < LISTEN_FDS_START ? "a file, a pipe or a terminal" : "sockets");
	}
}

/* A stream worth giving: /dev/null is everybody's, a file that is only read is not the command's to
 * own, and a socket's owner means nothing. */
static bool stream_wants_owner(int fd, const struct stat *status)
{
	if (S_ISFIFO(status->st_mode))
		return true;
	if (S_ISCHR(status->st_mode))
		return major(status->st_rdev) != MEMORY_DEVICES;
	return S_ISREG(status->st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

void descriptors_give_streams(uid_t uid)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat status;

		if (fstat(fd, &status) || status.st_uid == uid || !stream_wants_owner(fd, &status))
			continue;
		if (fchown(fd, uid, (gid_t)-1))
			message(MESSAGE_INFO,
				"standard stream %d: cannot give it to user %u: %s (the command can "
				"use it, but not open it again by name; CAP_CHOWN mends it)",
				fd, uid, strerror(errno));
	}
}
