/* socket_options.h: the options that a socket is given before bind(2), and that a server relies on.
 *
 * Where PID 1 cannot have the command's socket it binds a fresh one, and must give it these: the
 * filter reports the setsockopt(2) of each, and the broker repeats them.
 */
#ifndef SOCKET_OPTIONS_H
#define SOCKET_OPTIONS_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* X(level, name) for each. */
#define SOCKET_OPTIONS(X)                                                                          \
	X(SOL_SOCKET, SO_REUSEADDR)                                                                \
	X(SOL_SOCKET, SO_REUSEPORT)                                                                \
	X(SOL_SOCKET, SO_KEEPALIVE)                                                                \
	X(SOL_SOCKET, SO_BROADCAST)                                                                \
	X(SOL_SOCKET, SO_RCVBUF)                                                                   \
	X(SOL_SOCKET, SO_SNDBUF)                                                                   \
	X(SOL_SOCKET, SO_LINGER)                                                                   \
	X(SOL_SOCKET, SO_RCVTIMEO)                                                                 \
	X(SOL_SOCKET, SO_SNDTIMEO)                                                                 \
	X(SOL_SOCKET, SO_PRIORITY)                                                                 \
	X(SOL_SOCKET, SO_BINDTODEVICE)                                                             \
	X(IPPROTO_IPV6, IPV6_V6ONLY)                                                               \
	X(IPPROTO_IPV6, IPV6_RECVPKTINFO)                                                          \
	X(IPPROTO_IPV6, IPV6_MTU_DISCOVER)                                                         \
	X(IPPROTO_IPV6, IPV6_TCLASS)                                                               \
	X(IPPROTO_IP, IP_PKTINFO)                                                                  \
	X(IPPROTO_IP, IP_FREEBIND)                                                                 \
	X(IPPROTO_IP, IP_MTU_DISCOVER)                                                             \
	X(IPPROTO_IP, IP_TOS)                                                                      \
	X(IPPROTO_TCP, TCP_NODELAY)                                                                \
	X(IPPROTO_TCP, TCP_DEFER_ACCEPT)                                                           \
	X(IPPROTO_TCP, TCP_FASTOPEN)                                                               \
	X(IPPROTO_TCP, TCP_KEEPIDLE)                                                               \
	X(IPPROTO_TCP, TCP_KEEPINTVL)                                                              \
	X(IPPROTO_TCP, TCP_KEEPCNT)                                                                \
	X(IPPROTO_TCP, TCP_MAXSEG)                                                                 \
	X(IPPROTO_TCP, TCP_USER_TIMEOUT)

#define SOCKET_OPTION_SIZE 16 /* of the longest: two times, the name of a device */

#define X(level, name) OPTION_##name,
enum { SOCKET_OPTIONS(X) SOCKET_OPTION_COUNT };
#undef X

#endif
