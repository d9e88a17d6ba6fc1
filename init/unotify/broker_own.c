/* The first way: the command's own socket, through pidfd_getfd(2). */
#include "init/unotify/broker_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE /* Linux 5.14 */
#define SO_NETNS_COOKIE 71
#endif
#ifndef PIDFD_THREAD /* Linux 6.9 */
#define PIDFD_THREAD O_EXCL
#endif

/* A thread may have unshared its descriptors from its process's. */
static bool descriptor_is(pid_t thread, int number, int fd)
{
	char path[64];
	struct stat theirs, ours;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)thread, number);
	return stat(path, &theirs) == 0 && fstat(fd, &ours) == 0 && theirs.st_dev == ours.st_dev &&
	       theirs.st_ino == ours.st_ino;
}

static int pidfd_take(int pidfd, int number)
{
	int fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	int r = fd < 0 ? -errno : fd;

	if (pidfd >= 0)
		(void)close(pidfd); /* only ever held a reference */
	return r;
}

/* The caller's descriptor NUMBER as one of ours (close-on-exec), or -errno. */
static int socket_take(pid_t thread, int number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);
	int fd;

	if (pidfd >= 0 || errno != EINVAL)
		return pidfd_take(pidfd, number);
	/* Before Linux 6.9 only a process could be opened, and only by its leader. */
	fd = pidfd_take((int)syscall(SYS_pidfd_open, request_leader(thread), 0), number);
	if (fd >= 0 && !descriptor_is(thread, number, fd)) {
		(void)close(fd); /* somebody else's */
		return -EBADF;
	}
	return fd;
}

static bool option_get(int fd, int name, void *ret_value, size_t size)
{
	socklen_t length = (socklen_t)size;

	return getsockopt(fd, SOL_SOCKET, name, ret_value, &length) == 0 && length == size;
}

/* Is it a TCP socket (or MPTCP, as Go listens with) or a UDP one, with this port on its list? And
 * of our own namespace: in another (bwrap --unshare-net, a socket passed in from outside) our
 * capability was not meant to count. */
static bool socket_fits(const struct broker *broker, int fd, uint16_t port)
{
	int domain, type, protocol;
	uint64_t cookie;
	bool tcp, udp;

	if (!option_get(fd, SO_DOMAIN, &domain, sizeof(domain)) ||
	    !option_get(fd, SO_TYPE, &type, sizeof(type)) ||
	    !option_get(fd, SO_PROTOCOL, &protocol, sizeof(protocol)) ||
	    !option_get(fd, SO_NETNS_COOKIE, &cookie, sizeof(cookie)))
		return false;
	if ((domain != AF_INET && domain != AF_INET6) || cookie != broker->cookie)
		return false;
	tcp = type == SOCK_STREAM && (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
	udp = type == SOCK_DGRAM && protocol == IPPROTO_UDP;
	return (tcp || udp) && broker_lists(broker, port, udp);
}

/* As an answer: 0 or -errno. */
static int socket_bind(struct broker *broker, const struct request *request,
		       const struct wanted *wanted, int fd)
{
	struct stat status;

	if (bind(fd, (const struct sockaddr *)&wanted->address, wanted->length) == 0) {
		broker_note_bound(broker, request, fd, wanted->port);
		return 0;
	}
	if (errno != EINVAL || fstat(fd, &status) < 0)
		return -errno;
	return broker_bound_error(broker, request, status.st_ino, wanted->port);
}

struct answer broker_bind_own(struct broker *broker, const struct request *request,
			      const struct wanted *wanted)
{
	struct answer answer = ANSWER_CARRY_ON;
	int fd = socket_take((pid_t)request->notif.pid, wanted->fd);

	if (fd == -EBADF)
		return answer; /* none there: the kernel says so */
	if (fd < 0)
		return broker_pass(broker, request, "pidfd_getfd", -fd);
	if (socket_fits(broker, fd, wanted->port) && request_valid(request))
		answer = (struct answer){ .error = socket_bind(broker, request, wanted, fd) };
	(void)close(fd); /* the command's stays open */
	return answer;
}
