#include "init/unotify/broker.h"
#include "init/unotify/broker_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE /* Linux 5.14 */
#define SO_NETNS_COOKIE 71
#endif

/* Which network namespace sockets made by us are in. */
static int namespace_find(struct broker *broker)
{
	socklen_t size = sizeof(broker->cookie);
	struct stat status;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &broker->cookie, &size) < 0)
		r = -errno;
	(void)close(fd); /* never used */
	broker->namespace = stat("/proc/self/ns/net", &status) == 0 ? status.st_ino : 0;
	return r;
}

int broker_open(struct broker *broker, const struct broker_ports *ports, enum broker_means means)
{
	int r = request_sizes_check();

	broker->means = means;
	broker->ports = *ports;
	return r < 0 ? r : namespace_find(broker);
}

bool broker_lists(const struct broker *broker, uint16_t port, bool udp)
{
	for (size_t i = 0; i < broker->ports.count; i++)
		if (broker->ports.list[i].number == port && broker->ports.list[i].udp == udp)
			return true;
	return false;
}

struct answer broker_pass(struct broker *broker, const struct request *request,
			  const char *obstacle, int error)
{
	if (request_valid(request)) {
		broker->obstacle = obstacle;
		broker->error = error;
	}
	return ANSWER_CARRY_ON;
}

struct broker_socket *broker_recall(struct broker *broker, uint64_t inode)
{
	/* No further than it has been written to: it is large. */
	for (size_t i = 0; i < broker->next && i < BROKER_MEMORY; i++)
		if (broker->memory[i].inode == inode)
			return &broker->memory[i];
	return NULL;
}

struct broker_socket *broker_remember(struct broker *broker, uint64_t inode)
{
	struct broker_socket *entry = broker_recall(broker, inode);

	if (entry)
		return entry;
	entry = &broker->memory[broker->next++ % BROKER_MEMORY];
	*entry = (struct broker_socket){ .inode = inode };
	return entry;
}

static void bound_note(struct broker *broker, const struct request *request, uint64_t inode,
		       uint16_t port)
{
	broker->served = request->notif.id;
	broker->inode = inode;
	broker->port = port;
}

void broker_note_bound(struct broker *broker, const struct request *request, int fd, uint16_t port)
{
	struct stat status;

	if (fstat(fd, &status) == 0) /* it is ours, so this cannot fail */
		bound_note(broker, request, status.st_ino, port);
}

void broker_unheard(struct broker *broker, const struct request *request)
{
	if (broker->served == request->notif.id)
		broker_remember(broker, broker->inode)->unheard = broker->port;
}

int broker_bound_error(struct broker *broker, const struct request *request, uint64_t inode,
		       uint16_t port)
{
	struct broker_socket *socket = broker_recall(broker, inode);

	if (!socket || socket->unheard != port)
		return -EINVAL;
	socket->unheard = 0;
	bound_note(broker, request, inode, port); /* this answer may get lost as well */
	return 0;
}

/* The address is read once; from here on the command can do to its own copy what it likes. */
static bool bind_wanted(struct broker *broker, const struct request *request,
			struct wanted *ret_wanted)
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
	if (w.port == 0 || w.port >= broker->ports.free_from)
		return false;
	if (!broker_lists(broker, w.port, false) && !broker_lists(broker, w.port, true))
		return false;
	*ret_wanted = w;
	return request_valid(request);
}

struct answer broker_bind(struct broker *broker, const struct request *request)
{
	struct wanted wanted;

	broker->obstacle = NULL;
	if (!bind_wanted(broker, request, &wanted))
		return ANSWER_CARRY_ON;
	if (broker->means == BROKER_OWN_SOCKET)
		return broker_bind_own(broker, request, &wanted);
	return broker_bind_fresh(broker, request, &wanted);
}
