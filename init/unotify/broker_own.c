/* The first way: the command's own socket, through pidfd_getfd(2). */
#include "init/unotify/broker_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PIDFD_THREAD /* Linux 6.9 */
#define PIDFD_THREAD O_EXCL
#endif

/* The pidfd of a thread that has gone takes nothing, whoever has its number now. */
static int pidfd_find(struct broker *broker, pid_t thread)
{
	if (broker->thread == thread && broker->pidfd >= 0)
		return broker->pidfd;
	if (broker->pidfd >= 0)
		(void)close(broker->pidfd); /* only ever held a reference */
	broker->pidfd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);
	broker->thread = thread;
	return broker->pidfd;
}

/* Before Linux 6.9 only a process can be opened, and only by its leader. */
static int take_of_leader(pid_t thread, int number)
{
	const int pidfd = (int)syscall(SYS_pidfd_open, request_leader(thread), 0);
	const int fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	const int result = fd < 0 ? -errno : fd;

	if (pidfd >= 0)
		(void)close(pidfd); /* only ever held a reference */
	return result;
}

/* The caller's descriptor NUMBER as one of ours (close-on-exec), or -errno. */
static int descriptor_take(struct broker *broker, pid_t thread, int number)
{
	for (int tries = 0; tries < 2; tries++) {
		const int pidfd = pidfd_find(broker, thread);
		const int fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

		if (fd >= 0)
			return fd;
		if (pidfd < 0 && errno == EINVAL)
			return take_of_leader(thread, number);
		if (errno != ESRCH)
			break;
		broker->thread = 0; /* the one before had the same number */
	}
	return -errno;
}

/* Between the look and the taking it may have been replaced, or be of a thread that has unshared
 * its descriptors from its process's. */
static bool descriptor_is(int fd, uint64_t inode)
{
	struct stat status = { 0 };

	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == inode;
}

/* Not everything can be closed again without waiting: only a socket is taken at all. */
struct answer broker_bind_own(struct broker *broker, const struct request *request,
			      const struct wanted *wanted)
{
	struct answer answer = ANSWER_CARRY_ON;
	uint64_t inode;
	int r = broker_find_inode(request, wanted->fd, &inode), fd;

	if (r == -ENOENT || r == -ENOTSOCK)
		return answer; /* the kernel says so */
	if (r < 0)
		return broker_pass(broker, request, "looking at its descriptors", -r);
	fd = descriptor_take(broker, (pid_t)request->notif.pid, wanted->fd);
	if (fd == -EBADF)
		return answer; /* none there any more */
	if (fd < 0)
		return broker_pass(broker, request, "pidfd_getfd", -fd);
	if (descriptor_is(fd, inode))
		answer = broker_bind_socket(broker, request, wanted, fd, inode);
	(void)close(fd); /* the command's stays open */
	return answer;
}
