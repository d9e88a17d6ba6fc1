/* The second way: a fresh socket in place of the command's, where we may not have that one.
 *
 * What /proc shows of the old one is its protocol (an extended attribute of every socket), its
 * inode and its descriptor's flags; its options we have seen it being given. */
#include "init/unotify/broker_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PROTOCOL_NAME "system.sockprotoname" /* sockfs: net/socket.c */

static const struct {
	int level, name;
} options[SOCKET_OPTION_COUNT] = {
#define X(l, n) { l, n },
	SOCKET_OPTIONS(X)
#undef X
};

/* What can be made again of the command's socket. */
struct likeness {
	uint64_t inode;
	int domain, type, protocol;
	int flags; /* of its descriptor: O_NONBLOCK, O_CLOEXEC */
};

static const struct {
	const char *name; /* of the kernel's struct proto */
	int domain, type, protocol;
} protocols[] = {
	{ "TCP", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "TCPv6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "MPTCP", AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
	{ "MPTCPv6", AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
	{ "UDP", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "UDPv6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
};

/* The inode of one of the caller's descriptors, or -errno. */
static int inode_find(pid_t pid, int fd, uint64_t *ret_inode)
{
	char path[64];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	*ret_inode = status.st_ino;
	return 0;
}

static int protocol_find(pid_t pid, int fd, struct likeness *ret_likeness)
{
	char path[64], name[32];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	n = getxattr(path, PROTOCOL_NAME, name, sizeof(name) - 1);
	if (n < 0)
		return -errno;
	name[n] = '\0';
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(protocols[i].name, name) != 0)
			continue;
		ret_likeness->domain = protocols[i].domain;
		ret_likeness->type = protocols[i].type;
		ret_likeness->protocol = protocols[i].protocol;
		return 0;
	}
	return -ENOTSOCK;
}

static int flags_find(pid_t pid, int fd, int *ret_flags)
{
	char name[32];
	long flags;

	(void)snprintf(name, sizeof(name), "fdinfo/%d", fd);
	flags = request_proc_field(pid, name, "flags");
	if (flags < 0)
		return -EPROTO;
	*ret_flags = (int)flags;
	return 0;
}

/* -ENOENT or -ENOTSOCK: nothing that would be ours. */
static int likeness_find(const struct request *request, int fd, struct likeness *ret_likeness)
{
	pid_t pid = (pid_t)request->notif.pid;
	int r = inode_find(pid, fd, &ret_likeness->inode);

	r = r < 0 ? r : protocol_find(pid, fd, ret_likeness);
	return r < 0 ? r : flags_find(pid, fd, &ret_likeness->flags);
}

/* Our number for an option; SOCKET_OPTION_COUNT: none. */
static size_t option_find(int level, int name)
{
	size_t i = 0;

	while (i < SOCKET_OPTION_COUNT && (options[i].level != level || options[i].name != name))
		i++;
	return i;
}

/* If the kernel refuses the option, it will refuse it to the fresh socket too. */
struct answer broker_option(struct broker *broker, const struct request *request)
{
	const __u64 *args = request->notif.data.args;
	const size_t number = option_find((int)args[1], (int)args[2]);
	const uint32_t given = (uint32_t)args[4];
	const size_t length = given < SOCKET_OPTION_SIZE ? given : SOCKET_OPTION_SIZE;
	char value[SOCKET_OPTION_SIZE];
	struct broker_socket *entry;
	uint64_t inode = 0;

	if (number == SOCKET_OPTION_COUNT ||
	    inode_find((pid_t)request->notif.pid, (int)args[0], &inode) < 0 ||
	    request_peek(request, args[3], value, length) < 0 || !request_valid(request))
		return ANSWER_CARRY_ON;
	entry = broker_remember(broker, inode);
	memcpy(entry->options[number].value, value, length);
	entry->options[number].length = (uint8_t)length;
	return ANSWER_CARRY_ON;
}

/* A bound socket with that likeness, or -errno. */
static int socket_make(const struct likeness *like, const struct broker_socket *memory,
		       const struct wanted *wanted)
{
	int fd = socket(like->domain, like->type | SOCK_CLOEXEC | (like->flags & O_NONBLOCK),
			like->protocol);
	int r;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; memory && i < SOCKET_OPTION_COUNT; i++) {
		/* What the kernel refuses now it has refused the command before. */
		if (memory->options[i].length)
			(void)setsockopt(fd, options[i].level, options[i].name,
					 memory->options[i].value, memory->options[i].length);
	}
	if (bind(fd, (const struct sockaddr *)&wanted->address, wanted->length) == 0)
		return fd;
	r = -errno;
	(void)close(fd); /* never used */
	return r;
}

/* ADDFD without SEND: with it, bind(2) would return the descriptor's number. */
static int socket_place(const struct request *request, int fd, int number, int flags)
{
	struct seccomp_notif_addfd place = {
		.id = request->notif.id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = (uint32_t)number,
		.newfd_flags = (uint32_t)(flags & O_CLOEXEC),
	};

	return ioctl(request->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &place) < 0 ? -errno : 0;
}

static bool namespace_is_ours(const struct broker *broker, pid_t pid)
{
	char path[64];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return stat(path, &status) == 0 && status.st_ino == broker->namespace;
}

/* Put FD, bound, into the command, and remember that it is: a second bind(2) gets EINVAL. */
static struct answer socket_give(struct broker *broker, const struct request *request, int fd,
				 const struct wanted *wanted, int flags)
{
	const int r = socket_place(request, fd, wanted->fd, flags);

	if (r < 0)
		return broker_pass(broker, request, "SECCOMP_IOCTL_NOTIF_ADDFD", -r);
	broker_note_bound(broker, request, fd, wanted->port);
	broker_remember(broker, broker->inode)->bound = true;
	return (struct answer){ 0 };
}

struct answer broker_bind_fresh(struct broker *broker, const struct request *request,
				const struct wanted *wanted)
{
	struct likeness like = { 0 };
	const struct broker_socket *memory;
	struct answer answer;
	int fd = likeness_find(request, wanted->fd, &like);

	if (fd == -ENOENT || fd == -ENOTSOCK)
		return ANSWER_CARRY_ON;
	if (fd < 0)
		return broker_pass(broker, request, "looking at its descriptors", -fd);
	if (!broker_lists(broker, wanted->port, like.type == SOCK_DGRAM) ||
	    !namespace_is_ours(broker, (pid_t)request->notif.pid) || !request_valid(request))
		return ANSWER_CARRY_ON;
	memory = broker_recall(broker, like.inode);
	if (memory && memory->bound)
		return (struct answer){ .error = broker_bound_error(broker, request, like.inode,
								    wanted->port) };
	fd = socket_make(&like, memory, wanted);
	if (fd < 0)
		return (struct answer){ .error = fd };
	answer = socket_give(broker, request, fd, wanted, like.flags);
	(void)close(fd); /* the command has its own */
	return answer;
}
