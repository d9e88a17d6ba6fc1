/* broker.h: PID 1 binds the listed low ports for the command, which holds no capability for it.
 *
 * bind(2) in the command is reported to us (filter.h, request.h). We copy the address, and where it
 * is a listed port on a TCP or UDP socket of our own network namespace we bind, with
 * CAP_NET_BIND_SERVICE:
 *  - the command's own socket, through pidfd_getfd(2), or where that is not permitted (Docker's
 *    profile without SYS_PTRACE)
 *  - a fresh socket with the same options, put in place of the command's. What knew the old socket
 * by more than its number (an epoll(7) set, a dup(2)) does not know the new one. Everything else is
 * left to the kernel, which judges it with the command's own rights.
 *
 * What the kernel leaves to be known: a signal whose handler restarts no call (no SA_RESTART) makes
 * bind(2) fail with EINTR in the few microseconds before we have taken the call. A socket that came
 * from another network namespace becomes, the second way, one of the caller's. Whatever judges a
 * bind(2) by its caller (Landlock, a security module) judges us.
 *
 * Both need PTRACE_MODE_ATTACH on the command (ptrace(2)): same user, dumpable, no more
 * capabilities than we have, and Yama at 0 or 1. A kernel before 5.14 has no SO_NETNS_COOKIE, and
 * no broker.
 *
 * System calls once started, besides those of request.h: pidfd_open, pidfd_getfd, bind, getsockopt,
 * close, and for the second way: socket, setsockopt, fcntl, stat, fstat, getxattr.
 */
#ifndef BROKER_H
#define BROKER_H

#include "init/unotify/request.h"
#include "init/plan.h"
#include "init/filter/socket_options.h"

#include <stdint.h>
#include <sys/types.h>

enum broker_means { BROKER_NONE, BROKER_OWN_SOCKET, BROKER_FRESH_SOCKET };

/* Which ports to bind for the command. */
struct broker_ports {
	const struct port *list;
	size_t count;
	unsigned free_from; /* the first that needs no capability */
};

/* A socket of the command's, found again by its inode: what it was told before bind(2), and what
 * became of that. */
#define BROKER_MEMORY 64
struct broker_socket {
	uint64_t inode;
	bool bound;
	uint16_t unheard; /* the port that it was bound to without its caller having heard; 0: none
			   */
	struct {
		uint8_t length; /* 0: not set */
		char value[SOCKET_OPTION_SIZE];
	} options[SOCKET_OPTION_COUNT]; /* in the order of socket_options.h */
};

/* 32 KiB, of which only sockets that there are touch any: static, not on a stack. */
struct broker {
	enum broker_means means;
	struct broker_ports ports;
	uint64_t cookie;      /* of our network namespace */
	uint64_t namespace;   /* and its inode */
	const char *obstacle; /* what kept the last call from being brokered; NULL: nothing */
	int error;	      /* its errno */
	uint64_t served;      /* the last request that bound a socket, */
	uint64_t inode;	      /* that socket, */
	uint16_t port;	      /* and where */
	size_t next;	      /* in memory, to be overwritten */
	struct broker_socket memory[BROKER_MEMORY];
};

/* Get a zeroed BROKER ready to answer for these ports, by these means. Returns 0 or -errno. */
int broker_open(struct broker *broker, const struct broker_ports *ports, enum broker_means means);

/* Answer a bind(2); where it was for us and could not be done, broker->obstacle says why. */
struct answer broker_bind(struct broker *broker, const struct request *request);

/* The answer did not reach its caller: a signal has interrupted the call, which before Linux 5.19
 * (WAIT_KILLABLE_RECV) any signal can. The call is then made again, be it by the kernel: on a
 * socket that is bound already. */
void broker_unheard(struct broker *broker, const struct request *request);

/* Answer a setsockopt(2): remember it. */
struct answer broker_option(struct broker *broker, const struct request *request);

/* Which way works here? Tried for real in a throwaway process: drop() must make it what PID 1 will
 * be, CAP_NET_BIND_SERVICE and no_new_privs included; where it exits or returns nonzero, no way
 * works. The first of the ports is bound for a moment. WHY gets the reason, for people: what does
 * not work of the ways before the returned one, or nothing. Must be called before a filter of our
 * own is loaded; costs two forks. */
enum broker_means broker_probe(const struct broker_ports *ports, int (*drop)(void *context),
			       void *context, char *ret_why, size_t why_size);

#endif
