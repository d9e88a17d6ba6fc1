#include "init/steps/sockets.h"

#include "init/steps/unix_socket.h"
#include "init/sys/descriptors.h"
#include "init/sys/effect.h"
#include "init/sys/message.h"
#include "init/sys/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */

const char *address_format(const struct listen_spec *spec, char buffer[ADDRESS_TEXT_SIZE])
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&spec->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&spec->address;
	const struct sockaddr_un *local = (const struct sockaddr_un *)&spec->address;
	const char *udp = spec->type == SOCK_DGRAM ? "udp:" : "";
	char host[INET6_ADDRSTRLEN];

	if (spec->address.ss_family == AF_UNIX) {
		snprintf(buffer, ADDRESS_TEXT_SIZE, "%s", local->sun_path);
	} else if (spec->address.ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(buffer, ADDRESS_TEXT_SIZE, "%s%s:%u", udp, host, ntohs(v4->sin_port));
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(buffer, ADDRESS_TEXT_SIZE, "%s[%s]:%u", udp, host, ntohs(v6->sin6_port));
	}
	return buffer;
}

/* --- what can go wrong ---------------------------------------------------------------------- */

static uint16_t port_of(const struct listen_spec *spec)
{
	return ((const struct sockaddr_in *)&spec->address)->sin_port; /* IPv6 has it there too */
}

static bool is_wildcard(const struct listen_spec *spec)
{
	if (spec->address.ss_family == AF_INET)
		return ((const struct sockaddr_in *)&spec->address)->sin_addr.s_addr == INADDR_ANY;
	return spec->address.ss_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)&spec->address)->sin6_addr);
}

/* Its IPv4 address, which an IPv6 socket can have, too. ipv6(7) */
static bool v4_of(const struct listen_spec *spec, in_addr_t *ret)
{
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)&spec->address)->sin6_addr;

	if (spec->address.ss_family == AF_INET)
		*ret = ((const struct sockaddr_in *)&spec->address)->sin_addr.s_addr;
	else if (IN6_IS_ADDR_V4MAPPED(v6))
		memcpy(ret, &v6->s6_addr[12], sizeof(*ret));
	else
		return false;
	return true;
}

/* One of all addresses takes IPv4's too, unless it is told not to. */
static bool takes_both_families(const struct listen_spec *spec)
{
	return spec->address.ss_family == AF_INET6 && is_wildcard(spec) && spec->v6only != 1;
}

static bool addresses_meet(const struct listen_spec *one, const struct listen_spec *other)
{
	in_addr_t a = INADDR_ANY, b = INADDR_ANY;
	bool is_v4;

	if (!memcmp(&one->address, &other->address, one->address_length))
		return true;
	if (one->address.ss_family == AF_UNIX || other->address.ss_family == AF_UNIX ||
	    port_of(one) != port_of(other))
		return false;
	if (takes_both_families(one) || takes_both_families(other))
		return true;
	is_v4 = v4_of(one, &a);
	if (is_v4 != v4_of(other, &b))
		return false;
	return is_v4 ? a == b || a == INADDR_ANY || b == INADDR_ANY
		     : is_wildcard(one) || is_wildcard(other);
}

/* The one is bound, and the other cannot be: is it because of that? */
static bool is_rival(const struct listen_spec *one, const struct listen_spec *other)
{
	const bool are_apart =
		one->device && other->device && strcmp(one->device, other->device) != 0;

	return one->type == other->type && !are_apart && !(one->reuseport && other->reuseport) &&
	       addresses_meet(one, other);
}

/* An earlier one of ours; NULL: it is somebody else's. */
static const struct listen_spec *rival_find(const struct plan *plan, const struct listen_spec *spec)
{
	for (const struct listen_spec *s = plan->listens; s < spec; s++) {
		if (is_rival(s, spec))
			return s;
	}
	return NULL;
}

static const char *advice_find(const struct listen_spec *spec, int error)
{
	if (error == EACCES && spec->address.ss_family != AF_UNIX)
		return "start as root, or add NET_BIND_SERVICE";
	if (error == EADDRINUSE)
		return "something else listens there";
	if (error == EADDRNOTAVAIL)
		return "no interface has this address yet: use the key freebind";
	if (error == EMFILE)
		return "raise the limit of open files";
	if (error == EPERM)
		return "a capability is missing: add NET_RAW for device, CHOWN for owner";
	return NULL;
}

static const char *typed_format(const struct listen_spec *spec)
{
	return text_format("--listen %s", spec->text);
}

static const struct failure *refuse(const struct listen_spec *spec, const char *what, int error)
{
	char text[ADDRESS_TEXT_SIZE];

	return failure_new(typed_format(spec), error, advice_find(spec, error), "cannot %s %s",
			   what, address_format(spec, text));
}

static const struct failure *refuse_rival(const struct listen_spec *spec,
					  const struct listen_spec *rival)
{
	const bool families = spec->address.ss_family != rival->address.ss_family &&
			      (takes_both_families(spec) || takes_both_families(rival));
	char text[ADDRESS_TEXT_SIZE];

	return failure_new(
		typed_format(spec), EADDRINUSE,
		families ? text_format("--listen %s has it, as an IPv6 socket takes both "
				       "families: write [::]:PORT,v6only, or leave one out",
				       rival->text)
			 : text_format("--listen %s has it: leave one out, or give both "
				       "the key reuseport",
				       rival->text),
		"cannot bind %s", address_format(spec, text));
}

/* --- binding -------------------------------------------------------------------------------- */

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

/* A socket under the number that the command will see it under. Whatever was inherited there is not
 * the command's to have. */
static const struct failure *socket_open(const struct listen_spec *spec, int slot)
{
	const int flags = SOCK_CLOEXEC | (spec->nonblock ? SOCK_NONBLOCK : 0);
	int fd = socket(spec->address.ss_family, spec->type | flags, 0), error = 0;

	if (fd < 0)
		return refuse(spec, "create a socket for", errno);
	if (fd == slot)
		return NULL; /* cppcheck-suppress resourceLeak ; the command gets it */
	if (fd <= STDERR_FILENO)
		/* cppcheck-suppress resourceLeak ; streams are never free: it is not ours */
		return refuse(spec, "create a socket for", ENOEFFECT);
	if (dup3(fd, slot, O_CLOEXEC) != slot)
		error = errno == EBADF ? EMFILE : errno;
	(void)close(fd); /* slot is the same socket */
	return error ? refuse(spec, "create a socket for", error) : NULL;
}

static const struct failure *address_bind(const struct plan *plan, const struct listen_spec *spec,
					  int fd)
{
	const struct sockaddr *address = (const struct sockaddr *)&spec->address;
	const int result = effect_bind(fd, address, spec->address_length);
	const struct listen_spec *rival = result == -EADDRINUSE ? rival_find(plan, spec) : NULL;

	if (rival)
		return refuse_rival(spec, rival);
	return result ? refuse(spec, "bind", -result) : NULL;
}

static const struct failure *listening(const struct listen_spec *spec, int fd)
{
	int result = 0;

	if (spec->type == SOCK_STREAM)
		result = effect_listen(fd, spec->backlog ? spec->backlog : DEFAULT_BACKLOG);
	return result ? refuse(spec, "listen on", -result) : NULL;
}

static const struct failure *socket_make(const struct plan *plan, const struct listen_spec *spec,
					 int slot)
{
	const struct failure *failure = socket_open(spec, slot);
	const char *what;
	int result;

	if (failure)
		return failure;
	result = options_set(spec, slot, &what);
	if (result)
		return refuse(spec, what, -result);
	failure = spec->address.ss_family == AF_UNIX ? unix_socket_bind(spec, slot)
						     : address_bind(plan, spec, slot);
	return failure ? failure : listening(spec, slot);
}

/* A port alone is IPv4's: nginx and cheroot take no other family's socket. */
static const char *family_format(const struct listen_spec *spec)
{
	if (spec->address.ss_family != AF_INET || !is_wildcard(spec))
		return "";
	return text_format(" (IPv4; %s[::]:%u is both families)",
			   spec->type == SOCK_DGRAM ? "udp:" : "", ntohs(port_of(spec)));
}

const struct failure *sockets_run(struct run *run)
{
	const struct plan *plan = run->plan;
	const int first = LISTEN_FDS_START + run->inherited.sockets;

	for (size_t i = 0; i < plan->listen_count; i++) {
		const struct listen_spec *spec = &plan->listens[i];
		const struct failure *failure = socket_make(plan, spec, first + (int)i);
		char text[ADDRESS_TEXT_SIZE];

		if (failure)
			return failure;
		message(MESSAGE_INFO, "--listen %s: bound %s, passed as descriptor %d%s",
			spec->text, address_format(spec, text), first + (int)i,
			family_format(spec));
	}
	return NULL;
}

/* --- whether it would work ------------------------------------------------------------------ */

/* It listens until --check has ended: another one of ours, or a helper's, may want the same. */
static const struct failure *address_try(const struct plan *plan, const struct listen_spec *spec)
{
	int fd = socket(spec->address.ss_family, spec->type | SOCK_CLOEXEC, 0);
	const char *what = "create a socket for";
	const int result = fd < 0 ? -errno : options_set(spec, fd, &what);
	const struct failure *failure =
		result ? refuse(spec, what, -result) : address_bind(plan, spec, fd);

	if (!failure)
		failure = listening(spec, fd);
	if (failure && fd >= 0)
		(void)close(fd); /* was only tried */
	return failure;		 /* cppcheck-suppress resourceLeak ; see above */
}

static void listen_check(const struct plan *plan, const struct listen_spec *spec,
			 struct outlook *outlook)
{
	const bool is_unix = spec->address.ss_family == AF_UNIX;
	const struct listen_spec *rival = is_unix ? rival_find(plan, spec) : NULL;
	const char *name = spec->name ? text_format(" as '%s'", spec->name) : "";
	const char *after = "";
	const struct failure *failure;
	char text[ADDRESS_TEXT_SIZE];

	if (rival)
		failure = refuse_rival(spec, rival);
	else
		failure =
			is_unix ? unix_socket_try(spec, outlook, &after) : address_try(plan, spec);
	if (failure)
		outlook_refuse(outlook, address_format(spec, text), failure);
	else
		outlook_say(outlook, true, "%s, passed by LISTEN_FDS%s%s%s",
			    address_format(spec, text), name, after, family_format(spec));
}

void sockets_check(struct run *run, struct outlook *outlook)
{
	for (size_t i = 0; i < run->plan->listen_count; i++)
		listen_check(run->plan, &run->plan->listens[i], outlook);
}
