#include "init/sys/effect.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int effect_umask(mode_t mode, mode_t *ret_old)
{
	const mode_t nothing = 0777;
	const mode_t old = umask(nothing);

	/* Had the first call done nothing, this one would return what it should have. */
	if (umask(mode) != nothing || umask(mode) != mode)
		return -ENOEFFECT;
	if (ret_old)
		*ret_old = old;
	return 0;
}

int effect_action(int number, const struct sigaction *action, struct sigaction *ret_old)
{
	struct sigaction now = { .sa_handler = SIG_ERR };

	if (sigaction(number, action, ret_old) || sigaction(number, NULL, &now))
		return -errno;
	return now.sa_handler == action->sa_handler ? 0 : -ENOEFFECT;
}

int effect_own_group(void)
{
	if (setpgid(0, 0))
		return -errno;
	return getpgrp() == getpid() ? 0 : -ENOEFFECT;
}

int effect_close_on_exec(int fd, bool close)
{
	const int wanted = close ? FD_CLOEXEC : 0;
	int now;

	if (fcntl(fd, F_SETFD, wanted))
		return -errno;
	now = fcntl(fd, F_GETFD);
	if (now < 0)
		return -errno;
	return now == wanted ? 0 : -ENOEFFECT;
}

int effect_close(int fd)
{
	const int error = close(fd) ? errno : 0;

	/* Linux closes it even where it says EINTR or EIO. */
	if (fcntl(fd, F_GETFD) < 0)
		return 0;
	return error ? -error : -ENOEFFECT;
}

pid_t effect_fork(unsigned long flags)
{
	const pid_t self = getpid();
	const pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		return -errno;
	return !pid && getpid() == self ? -ENOEFFECT : pid;
}

int effect_option(int fd, int level, int name, int value)
{
	int now = !value;
	socklen_t size = sizeof(now);

	if (setsockopt(fd, level, name, &value, sizeof(value)) ||
	    getsockopt(fd, level, name, &now, &size))
		return -errno;
	return !now == !value ? 0 : -ENOEFFECT;
}

int effect_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_storage now = { 0 };
	socklen_t size = sizeof(now);

	if (bind(fd, address, length) || getsockname(fd, (struct sockaddr *)&now, &size))
		return -errno;
	/* Of a link-local address the kernel fills in which link: the socket's own. */
	if (address->sa_family == AF_INET6)
		((struct sockaddr_in6 *)&now)->sin6_scope_id =
			((const struct sockaddr_in6 *)address)->sin6_scope_id;
	/* listen(2) would give a socket without a port any port, on every address. */
	return size == length && !memcmp(&now, address, length) ? 0 : -ENOEFFECT;
}

/* Only a socket that listens can have nobody to be accepted. What waits there already is lost, and
 * listens as well. */
static bool accepts(int fd)
{
	const int flags = fcntl(fd, F_GETFL);
	bool found = false;
	int client;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return false;
	if (fcntl(fd, F_GETFL) & O_NONBLOCK) {
		/* cppcheck-suppress nullPointer ; accept(2): then no address is filled in */
		client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		found = client > STDERR_FILENO || (client < 0 && errno == EAGAIN);
		if (client > STDERR_FILENO)
			(void)close(client); /* nothing was written */
	}
	return !fcntl(fd, F_SETFL, flags) && found;
}

int effect_listen(int fd, int backlog)
{
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (listen(fd, backlog) || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size))
		return -errno;
	/* gVisor of 2022 says of no unix socket that it listens. */
	return listens || accepts(fd) ? 0 : -ENOEFFECT;
}
