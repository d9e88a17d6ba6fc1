#include "init/steps/sockets.h"

#include "init/cli/address.h"
#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"
#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */

const char *sockets_advice(const struct listen_spec *spec, int error)
{
	if (error == EACCES && spec->address.ss_family != AF_UNIX)
		return " (start as root, or add NET_BIND_SERVICE)";
	if (error == EADDRINUSE)
		return " (something else listens there)";
	if (error == EADDRNOTAVAIL)
		return " (no interface has this address yet: use the key freebind)";
	if (error == EMFILE)
		return " (raise the limit of open files)";
	if (error == EPERM)
		return " (a capability is missing: add NET_RAW for device, CHOWN for owner)";
	return "";
}

static _Noreturn void refuse(const struct listen_spec *spec, const char *what, int error)
{
	char text[ADDRESS_TEXT_SIZE];

	die("--listen %s: cannot %s %s: %s%s", spec->text, what, address_format(spec, text),
	    strerror(error), sockets_advice(spec, error));
}

static int device_set(const struct listen_spec *spec, int fd)
{
	char now[IF_NAMESIZE] = "";
	socklen_t size = sizeof(now);

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, spec->device,
		       (socklen_t)strlen(spec->device) + 1) ||
	    getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, now, &size))
		return -errno;
	return strcmp(now, spec->device) ? -ENOEFFECT : 0;
}

/* 0, or -errno and what failed. */
static int options_set(const struct listen_spec *spec, int fd, const char **ret_what)
{
	const struct {
		bool wanted;
		int level, option, value;
		const char *what;
	} options[] = {
		{ spec->type == SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR, 1, "set reuseaddr for" },
		{ spec->reuseport, SOL_SOCKET, SO_REUSEPORT, 1, "set reuseport for" },
		{ spec->v6only >= 0, IPPROTO_IPV6, IPV6_V6ONLY, spec->v6only, "set v6only for" },
		{ spec->freebind, IPPROTO_IP, IP_FREEBIND, 1, "set freebind for" },
		{ spec->nodelay, IPPROTO_TCP, TCP_NODELAY, 1, "set nodelay for" },
		{ spec->keepalive, SOL_SOCKET, SO_KEEPALIVE, 1, "set keepalive for" },
		{ spec->defer_accept, IPPROTO_TCP, TCP_DEFER_ACCEPT, spec->defer_accept,
		  "set defer-accept for" },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		int result = 0;

		if (options[i].wanted)
			result = effect_option(fd, options[i].level, options[i].option,
					       options[i].value);
		*ret_what = options[i].what;
		if (result)
			return result;
	}
	*ret_what = "set device for";
	return spec->device ? device_set(spec, fd) : 0;
}

/* Does anybody answer at this socket file? Only ECONNREFUSED says for sure that nobody does. */
static bool socket_file_is_stale(const struct listen_spec *spec)
{
	int fd = socket(AF_UNIX, spec->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool stale;

	if (fd < 0)
		refuse(spec, "create a socket for", errno);
	stale = connect(fd, (const struct sockaddr *)&spec->address, spec->address_length) &&
		errno == ECONNREFUSED;
	(void)close(fd); /* nothing was written */
	return stale;
}

/* Make room for the socket file: only a socket that nobody listens on is taken away. */
static void unix_make_room(const struct listen_spec *spec)
{
	const char *path = ((const struct sockaddr_un *)&spec->address)->sun_path;
	struct stat status;

	if (lstat(path, &status)) {
		if (errno == ENOENT)
			return;
		refuse(spec, "look at", errno);
	}
	if (!S_ISSOCK(status.st_mode))
		die("--listen %s: %s exists and is not a socket (remove it, or use another path)",
		    spec->text, path);
	if (!socket_file_is_stale(spec))
		refuse(spec, "bind", EADDRINUSE);
	if (unlink(path))
		refuse(spec, "remove the stale socket", errno);
}

static bool owner_is_right(const struct listen_spec *spec, const struct stat *status)
{
	return (spec->owner.uid == (uid_t)-1 || status->st_uid == spec->owner.uid) &&
	       (spec->owner.gid == (gid_t)-1 || status->st_gid == spec->owner.gid);
}

/* Give the socket file its owner, through a descriptor, so that it is the file that was bound even
 * where somebody else may write to the folder. */
static void unix_set_owner(const struct listen_spec *spec)
{
	const char *path = ((const struct sockaddr_un *)&spec->address)->sun_path;
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status = { 0 };

	if (fd < 0 || fstat(fd, &status))
		refuse(spec, "look at", errno);
	if (!S_ISSOCK(status.st_mode))
		refuse(spec, "look at", ENOTSOCK);
	if (!owner_is_right(spec, &status)) {
		if (fchownat(fd, "", spec->owner.uid, spec->owner.gid, AT_EMPTY_PATH) ||
		    fstat(fd, &status))
			refuse(spec, "change the owner of", errno);
		if (!owner_is_right(spec, &status))
			refuse(spec, "change the owner of", ENOEFFECT);
	}
	(void)close(fd); /* O_PATH: nothing to lose */
}

/* bind(2) creates the file with 0777 less the umask, so the umask makes the mode right from the
 * start; and nobody can connect before listen(2). */
static void unix_bind(const struct listen_spec *spec, int fd)
{
	const struct sockaddr *address = (const struct sockaddr *)&spec->address;
	mode_t before = 0;
	int result = 0;

	unix_make_room(spec);
	if (spec->mode != MODE_UNSET)
		result = effect_umask(0777 & ~spec->mode, &before);
	if (!result)
		result = effect_bind(fd, address, spec->address_length);
	if (!result && spec->mode != MODE_UNSET)
		result = effect_umask(before, NULL);
	if (result)
		refuse(spec, "bind", -result);
	unix_set_owner(spec);
}

/* A socket under the number that the command will see it under. Whatever was inherited there is not
 * the command's to have. */
static int socket_open(const struct listen_spec *spec, int slot)
{
	const int flags = SOCK_CLOEXEC | (spec->nonblock ? SOCK_NONBLOCK : 0);
	int fd = socket(spec->address.ss_family, spec->type | flags, 0);

	if (fd < 0)
		refuse(spec, "create a socket for", errno);
	if (fd == slot)
		return fd;
	if (fd <= STDERR_FILENO)
		refuse(spec, "create a socket for", ENOEFFECT); /* the streams are never free */
	if (dup3(fd, slot, O_CLOEXEC) != slot)
		refuse(spec, "create a socket for", errno == EBADF ? EMFILE : errno);
	(void)close(fd); /* slot is the same socket */
	return slot;
}

static void socket_bind(const struct listen_spec *spec, int slot)
{
	const struct sockaddr *address = (const struct sockaddr *)&spec->address;
	const int fd = socket_open(spec, slot);
	const char *what;
	int result = options_set(spec, fd, &what);

	if (result)
		refuse(spec, what, -result);
	if (spec->address.ss_family == AF_UNIX)
		unix_bind(spec, fd);
	else
		result = effect_bind(fd, address, spec->address_length);
	if (result)
		refuse(spec, "bind", -result);
	if (spec->type == SOCK_STREAM)
		result = effect_listen(fd, spec->backlog ? spec->backlog : DEFAULT_BACKLOG);
	if (result)
		refuse(spec, "listen on", -result);
}

void sockets_bind(const struct plan *plan, int first_slot)
{
	for (size_t i = 0; i < plan->listen_count; i++) {
		const struct listen_spec *spec = &plan->listens[i];
		char text[ADDRESS_TEXT_SIZE];

		socket_bind(spec, first_slot + (int)i);
		message(MESSAGE_INFO, "--listen %s: bound %s, passed as descriptor %d", spec->text,
			address_format(spec, text), first_slot + (int)i);
	}
}

/* --- whether it would work -------------------------------------------------------------------- */

static int unix_try(const struct listen_spec *spec)
{
	const char *path = ((const struct sockaddr_un *)&spec->address)->sun_path;
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat status;
	const bool exists = lstat(path, &status) == 0;

	if (exists && !S_ISSOCK(status.st_mode))
		return EEXIST;
	if (exists && !socket_file_is_stale(spec))
		return EADDRINUSE;
	(void)snprintf(folder, sizeof(folder), "%s", path); /* as long as that */
	*(strrchr(folder, '/') + 1) = '\0';
	if (access(folder, W_OK | X_OK))
		return errno;
	if (spec->owner.uid != (uid_t)-1 && spec->owner.uid != geteuid() &&
	    !capabilities_have(CAP_CHOWN))
		return EPERM;
	return 0;
}

int sockets_try(const struct listen_spec *spec)
{
	const struct sockaddr *address = (const struct sockaddr *)&spec->address;
	const char *what;
	int result, fd;

	if (spec->address.ss_family == AF_UNIX)
		return unix_try(spec);
	fd = socket(spec->address.ss_family, spec->type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	result = options_set(spec, fd, &what);
	if (!result)
		result = effect_bind(fd, address, spec->address_length);
	(void)close(fd); /* nothing was sent */
	return -result;
}
