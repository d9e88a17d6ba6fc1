/* The second way: sockets that we make for the command, and keep a descriptor of, where we may not
 * have the command's own.
 *
 * One that the command has connected has no business here: our descriptor would keep the connection
 * open after the command's was closed. Its state changes when that happens, and that is an event.
 * What it has closed without a word is found when others are made. */
#include "init/unotify/broker_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SECCOMP_ADDFD_FLAG_SEND /* Linux 5.14 */
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

#define FEW		 16 /* so many may be there without a look at them */
#define LOOKS		 2  /* at those that are more: so they become fewer */
#define EVENTS_AT_ONCE	 16
#define SOCKET_TYPE_MASK 0xf /* the rest are flags. socket(2) */

/* --- those that there are ------------------------------------------------------------------- */

/* The command's descriptor holds the same file, so closing ours would not end the watch. */
static void made_drop(struct broker *broker, struct made_socket *made)
{
	if (!made->fd)
		return;
	(void)epoll_ctl(broker->events, EPOLL_CTL_DEL, made->fd, NULL); /* it is there */
	(void)close(made->fd); /* where the command's is closed, it may wait: SO_LINGER */
	*made = (struct made_socket){ 0 };
	broker->alive--;
}

static struct made_socket *made_find(struct broker *broker, uint64_t inode)
{
	for (size_t i = 0; i < BROKER_MADE; i++)
		if (broker->made[i].fd && broker->made[i].inode == inode)
			return &broker->made[i];
	return NULL;
}

/* One of them, each time another one: has the command closed it? Where the thread is gone nobody
 * knows. It may have it by another number: then a bind(2) is left to the kernel, and that is said.
 */
static void made_look(struct broker *broker)
{
	struct request whose = { .listener = -1 };
	struct made_socket *made;
	uint64_t inode = 0;

	do
		made = &broker->made[broker->next_look++ % BROKER_MADE];
	while (!made->fd); /* there are some */
	whose.notif.pid = (__u32)made->thread;
	if (broker_find_inode(&whose, made->number, &inode) == -ENOENT &&
	    !broker_knows_namespace(broker, &whose))
		return;
	if (inode != made->inode)
		made_drop(broker, made);
}

/* A free place, or NULL; else the one that has been there longest. */
static struct made_socket *made_pick(struct broker *broker, bool free)
{
	struct made_socket *oldest = NULL;

	for (struct made_socket *made = broker->made; made < broker->made + BROKER_MADE; made++) {
		if (free && !made->fd)
			return made;
		if (!free && made->fd && (!oldest || made->age < oldest->age))
			oldest = made;
	}
	return oldest;
}

/* Our limit of open files may be lower than what could be remembered. */
static bool made_drop_oldest(struct broker *broker)
{
	struct made_socket *oldest = made_pick(broker, false);

	if (oldest)
		made_drop(broker, oldest);
	return oldest;
}

static struct made_socket *made_place(struct broker *broker)
{
	if (broker->alive == BROKER_MADE)
		(void)made_drop_oldest(broker); /* there is one */
	return made_pick(broker, true);
}

/* FD is ours from now on, the caller's NUMBER. */
static void made_remember(struct broker *broker, const struct request *request, int fd, int number)
{
	struct made_socket *made = made_place(broker);
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
				     .data.u32 = (uint32_t)(made - broker->made) };
	struct stat status = { 0 };

	if (!made || fstat(fd, &status) || epoll_ctl(broker->events, EPOLL_CTL_ADD, fd, &event)) {
		(void)close(fd); /* the command has its own */
		return;
	}
	broker->alive++;
	*made = (struct made_socket){ fd, number, (pid_t)request->notif.pid, status.st_ino,
				      broker->next_age++ };
}

int broker_start_made(struct broker *broker)
{
	broker->events = epoll_create1(EPOLL_CLOEXEC);
	return broker->events < 0 ? -errno : 0;
}

void broker_close_made(struct broker *broker)
{
	for (size_t i = 0; i < BROKER_MADE; i++)
		made_drop(broker, &broker->made[i]);
}

/* Each event comes once: a new socket has one, too. */
void broker_forget(struct broker *broker, const struct request *request, int fd)
{
	uint64_t inode;
	struct made_socket *made =
		broker_find_inode(request, fd, &inode) == 0 ? made_find(broker, inode) : NULL;

	if (made)
		made_drop(broker, made);
}

void broker_settle(struct broker *broker)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	const int count = epoll_wait(broker->events, events, EVENTS_AT_ONCE, 0);

	for (int i = 0; i < count; i++) {
		struct made_socket *made = &broker->made[events[i].data.u32];
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);

		if (made->fd && (events[i].events & (EPOLLIN | EPOLLRDHUP) ||
				 getpeername(made->fd, (struct sockaddr *)&peer, &size) == 0))
			made_drop(broker, made);
	}
}

/* --- making one ----------------------------------------------------------------------------- */

/* Give the caller FD, and it the number that it gets: its call has returned by then, where the
 * kernel can do that in one. Returns the number, or -errno. */
static int socket_give(const struct request *request, int fd, int flags, bool *ret_sent)
{
	struct seccomp_notif_addfd place = {
		.id = request->notif.id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)fd,
		.newfd_flags = (flags & SOCK_CLOEXEC) ? O_CLOEXEC : 0,
	};
	int number = ioctl(request->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &place);

	*ret_sent = number >= 0;
	if (number >= 0 || errno != EINVAL)
		return number < 0 ? -errno : number;
	place.flags = 0;
	number = ioctl(request->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &place);
	return number < 0 ? -errno : number;
}

/* While all calls are recorded, others come here as well. */
static bool is_makeable(int domain, int type, int protocol)
{
	const int kind = type & SOCKET_TYPE_MASK;

	return (domain == AF_INET || domain == AF_INET6) &&
	       (kind == SOCK_STREAM || kind == SOCK_DGRAM) &&
	       (protocol == 0 || protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
		protocol == IPPROTO_MPTCP);
}

/* What we cannot make the kernel may, or has an error for. */
struct answer broker_make(struct broker *broker, const struct request *request)
{
	const __u64 *args = request->notif.data.args;
	const int type = (int)args[1];
	struct answer answer = ANSWER_CARRY_ON;
	int fd, number;
	bool sent;

	if (broker->method != BROKER_MADE_SOCKET ||
	    !is_makeable((int)args[0], type, (int)args[2]) ||
	    !broker_knows_namespace(broker, request))
		return answer;
	fd = socket((int)args[0], type | SOCK_CLOEXEC, (int)args[2]);
	if (fd < 0 && errno == EMFILE && made_drop_oldest(broker))
		fd = socket((int)args[0], type | SOCK_CLOEXEC, (int)args[2]);
	if (fd < 0)
		return answer;
	number = socket_give(request, fd, type, &sent);
	if (number < 0) {
		(void)close(fd); /* nobody has it */
		return (struct answer){ .error = number };
	}
	made_remember(broker, request, fd, number);
	for (int i = 0; i < LOOKS && broker->alive > FEW; i++)
		made_look(broker);
	return (struct answer){ .value = number, .sent = sent };
}

struct answer broker_bind_made(struct broker *broker, const struct request *request,
			       const struct wanted *wanted)
{
	struct made_socket *made;
	struct answer answer;
	uint64_t inode;
	int r = broker_find_inode(request, wanted->fd, &inode);

	if (r == -ENOENT || r == -ENOTSOCK)
		return ANSWER_CARRY_ON;
	if (r < 0)
		return broker_pass(broker, request, "looking at its descriptors", -r);
	if (broker_was_bound(broker, request, inode, wanted->port, &answer))
		return answer;
	made = made_find(broker, inode);
	if (!made && broker_knows_namespace(broker, request))
		return broker_pass(broker, request,
				   "PID 1 has not made this socket (its protocol is neither TCP "
				   "nor UDP, it comes from elsewhere, or too many came after it)",
				   0);
	if (!made)
		return ANSWER_CARRY_ON;
	answer = broker_bind_socket(broker, request, wanted, made->fd, inode);
	if (!answer.carry_on && !answer.error)
		made_drop(broker, made);
	return answer;
}
