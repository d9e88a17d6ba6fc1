#include "init/unotify/broker.h"
#include "init/unotify/broker_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE /* Linux 5.14 */
#define SO_NETNS_COOKIE 71
#endif

/* --- network namespaces --------------------------------------------------------------------- */

/* Which one sockets made by us are in. */
static int namespace_find(struct broker *broker)
{
	socklen_t size = sizeof(broker->cookie);
	struct stat status = { 0 };
	int fd;

	/* Without /proc nothing is known of a caller either. */
	broker->namespace = stat("/proc/self/ns/net", &status) == 0 ? status.st_ino : 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &broker->cookie, &size))
		broker->cookie = 0; /* before Linux 5.14 */
	(void)close(fd);	    /* never used */
	return 0;
}

bool broker_knows_namespace(const struct broker *broker, const struct request *request)
{
	char path[64];
	struct stat status = { 0 };

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)request->notif.pid);
	return stat(path, &status) == 0 && status.st_ino == broker->namespace;
}

/* --- sockets that we have bound ------------------------------------------------------------- */

static struct bound_socket *bound_find(struct broker *broker, uint64_t inode)
{
	for (size_t i = 0; i < broker->next_bound && i < BROKER_BOUND; i++)
		if (broker->bound[i].inode == inode)
			return &broker->bound[i];
	return NULL;
}

static void bound_remember(struct broker *broker, uint64_t inode)
{
	if (!bound_find(broker, inode))
		broker->bound[broker->next_bound++ % BROKER_BOUND] =
			(struct bound_socket){ .inode = inode };
}

/* What broker_unheard() would need. */
static void bound_note(struct broker *broker, const struct request *request, uint64_t inode,
		       uint16_t port)
{
	broker->served = request->notif.id;
	broker->inode = inode;
	broker->port = port;
}

void broker_unheard(struct broker *broker, const struct request *request)
{
	struct bound_socket *bound = bound_find(broker, broker->inode);

	if (broker->served == request->notif.id && bound)
		bound->unheard = broker->port;
}

bool broker_was_bound(struct broker *broker, const struct request *request, uint64_t inode,
		      uint16_t port, struct answer *ret_answer)
{
	struct bound_socket *bound = bound_find(broker, inode);

	if (!bound)
		return false;
	*ret_answer = (struct answer){ .error = bound->unheard == port ? 0 : -EINVAL };
	if (!ret_answer->error)
		bound_note(broker, request, inode, port); /* this answer may get lost as well */
	bound->unheard = 0;
	return true;
}

/* --- sockets that are to be bound ----------------------------------------------------------- */

int broker_find_inode(const struct request *request, int fd, uint64_t *ret_inode)
{
	char path[64];
	struct stat status = { 0 };

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)request->notif.pid, fd);
	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	*ret_inode = status.st_ino;
	return 0;
}

struct answer broker_pass(struct broker *broker, const struct request *request, const char *reason,
			  int error)
{
	if (request_valid(request)) {
		broker->reason = reason;
		broker->error = error;
	}
	return ANSWER_CARRY_ON;
}

static bool is_listed(const struct broker *broker, uint16_t port, bool udp)
{
	for (size_t i = 0; i < broker->ports.count; i++)
		if (broker->ports.list[i].number == port && broker->ports.list[i].udp == udp)
			return true;
	return false;
}

static bool option_get(int fd, int name, void *ret_value, size_t size)
{
	socklen_t length = (socklen_t)size;

	return getsockopt(fd, SOL_SOCKET, name, ret_value, &length) == 0 && length == size;
}

/* Is it a TCP socket (or MPTCP, as Go listens with) or a UDP one, with this port on its list? */
static bool socket_fits(struct broker *broker, const struct request *request, int fd, uint16_t port)
{
	int domain, type, protocol;
	bool tcp, udp;

	if (!option_get(fd, SO_DOMAIN, &domain, sizeof(domain)) ||
	    !option_get(fd, SO_TYPE, &type, sizeof(type)) ||
	    !option_get(fd, SO_PROTOCOL, &protocol, sizeof(protocol)) ||
	    (domain != AF_INET && domain != AF_INET6))
		return false;
	tcp = type == SOCK_STREAM && (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
	udp = type == SOCK_DGRAM && protocol == IPPROTO_UDP;
	if (!tcp && !udp)
		(void)broker_pass(broker, request, "its protocol is neither TCP nor UDP", 0);
	return (tcp || udp) && is_listed(broker, port, udp);
}

/* A socket that came from another namespace would be bound there. */
static bool namespace_fits(const struct broker *broker, const struct request *request, int fd)
{
	uint64_t cookie;

	if (!broker->cookie)
		return broker_knows_namespace(broker, request);
	return option_get(fd, SO_NETNS_COOKIE, &cookie, sizeof(cookie)) && cookie == broker->cookie;
}

struct answer broker_bind_socket(struct broker *broker, const struct request *request,
				 const struct wanted *wanted, int fd, uint64_t inode)
{
	struct answer answer;

	if (!namespace_fits(broker, request, fd) ||
	    !socket_fits(broker, request, fd, wanted->port) || !request_valid(request))
		return ANSWER_CARRY_ON;
	if (bind(fd, (const struct sockaddr *)&wanted->address, wanted->length) == 0) {
		bound_remember(broker, inode);
		bound_note(broker, request, inode, wanted->port);
		return (struct answer){ 0 };
	}
	if (errno == EINVAL && broker_was_bound(broker, request, inode, wanted->port, &answer))
		return answer;
	return (struct answer){ .error = -errno };
}

/* --- requests ------------------------------------------------------------------------------- */

int broker_open(struct broker *broker, const struct broker_ports *ports, enum broker_method method)
{
	int result = request_sizes_check();

	broker->method = method;
	broker->ports = *ports;
	return result < 0 ? result : namespace_find(broker);
}

int broker_start(struct broker *broker)
{
	broker->events = broker->namespace_file = broker->pidfd = -1;
	if (broker->method == BROKER_NONE)
		return 0;
	broker->namespace_file = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return broker->method == BROKER_MADE_SOCKET ? broker_start_made(broker) : 0;
}

static void close_open(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* nothing was written to it */
}

void broker_close(struct broker *broker)
{
	broker_close_made(broker);
	close_open(broker->events);
	close_open(broker->namespace_file);
	close_open(broker->pidfd);
}

/* The address is read once; from here on the command can do to its own copy what it likes.
 * *ret_elsewhere: it is a port that is the kernel's to judge. Whether this was its caller's memory
 * is asked once more before anything is bound. */
static bool bind_wanted(struct broker *broker, const struct request *request,
			struct wanted *ret_wanted, bool *ret_elsewhere)
{
	const __u64 *args = request->notif.data.args;
	struct wanted w = { .fd = (int)args[0], .length = (socklen_t)args[2] };
	struct sockaddr_in *in = (struct sockaddr_in *)&w.address; /* IPv6 has its port there too */
	int r;

	if (w.length < sizeof(*in) || w.length > sizeof(w.address))
		return false; /* the kernel has an error for it */
	r = request_peek(request, args[1], &w.address, w.length);
	if (r < 0) {
		if (r != -EFAULT)
			(void)broker_pass(broker, request, "reading its memory", -r);
		return false;
	}
	/* AF_UNSPEC binds an IPv4 socket to 0.0.0.0: bind(2) of old. */
	if (in->sin_family != AF_INET && in->sin_family != AF_INET6 && in->sin_family != AF_UNSPEC)
		return false;
	w.port = ntohs(in->sin_port);
	*ret_wanted = w;
	*ret_elsewhere = w.port == 0 || w.port >= broker->ports.free_from;
	return !*ret_elsewhere &&
	       (is_listed(broker, w.port, false) || is_listed(broker, w.port, true));
}

static struct answer bind_answer(struct broker *broker, const struct request *request)
{
	struct wanted wanted;
	bool elsewhere = false;

	if (bind_wanted(broker, request, &wanted, &elsewhere))
		return broker->method == BROKER_OWN_SOCKET
			       ? broker_bind_own(broker, request, &wanted)
			       : broker_bind_made(broker, request, &wanted);
	if (elsewhere && broker->method == BROKER_MADE_SOCKET)
		broker_forget(broker, request, wanted.fd);
	return ANSWER_CARRY_ON;
}

struct answer broker_answer(struct broker *broker, const struct request *request)
{
	broker->reason = NULL;
	if (request->notif.data.nr == SYS_bind)
		return bind_answer(broker, request);
	return broker_make(broker, request);
}
