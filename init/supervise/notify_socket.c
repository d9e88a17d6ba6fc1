#include "init/supervise/notify_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_SIZE 4096

/* With a family alone, bind(2) chooses a free abstract name. */
static int name_bind(int fd, char ret_variable[NOTIFY_VARIABLE_SIZE])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(sa_family_t)) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		return -errno;
	snprintf(ret_variable, NOTIFY_VARIABLE_SIZE, "NOTIFY_SOCKET=@%.*s",
		 (int)(size - sizeof(sa_family_t) - 1), address.sun_path + 1);
	return 0;
}

int notify_socket_open(char ret_variable[NOTIFY_VARIABLE_SIZE])
{
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int result = fd < 0 ? -errno : name_bind(fd, ret_variable);

	if (result && fd >= 0)
		(void)close(fd); /* nobody knows it yet */
	return result ? result : fd;
}

static bool says_ready(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, "READY=1", 7) && (line[7] == '\n' || !line[7]))
			return true;
	}
	return false;
}

/* Descriptors that came along are closed: anybody may send some. */
static void rights_close(const struct cmsghdr *part)
{
	const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fd;

	for (size_t i = 0; i < count; i++) {
		memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(fd));
		(void)close(fd); /* not ours */
	}
}

static bool sender_counts(struct msghdr *message, uid_t uid)
{
	struct ucred sender = { .pid = 0 };

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET)
			continue;
		if (part->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(part), sizeof(sender));
		else if (part->cmsg_type == SCM_RIGHTS)
			rights_close(part);
	}
	return sender.pid != 0 && sender.uid == uid;
}

bool notify_socket_is_ready(int fd, uid_t uid)
{
	char text[MESSAGE_SIZE + 1], room[512] __attribute__((aligned(8)));
	struct iovec part = { .iov_base = text, .iov_len = MESSAGE_SIZE };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	const ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (length < 0 || !sender_counts(&message, uid))
		return false;
	text[length] = '\0';
	return says_ready(text);
}
