/* broker.h: PID 1 binds the listed low ports for the command, which holds no capability for it.
 *
 * bind(2) in the command is reported to us (filter.h, request.h). We copy the address, and where it
 * is a listed port on a TCP or UDP socket of our own network namespace we bind, with
 * CAP_NET_BIND_SERVICE:
 *  - the command's own socket, through pidfd_getfd(2), or where that is not permitted (Docker's
 *    profile without SYS_PTRACE)
 *  - a socket that we have made for the command: then socket(2) of such sockets is reported, too,
 *    and each is a descriptor of ours until it is bound or connected. The command cannot tell it
 *    from one that the kernel has made.
 * Everything else is left to the kernel, which judges it with the command's own rights.
 *
 * What the kernel leaves to be known: a signal whose handler restarts no call (no SA_RESTART) makes
 * bind(2) fail with EINTR in the few microseconds before we have taken the call. Whatever judges a
 * bind(2) by its caller judges us: a Landlock domain that forbids the command a TCP port (nobody
 * can see another task's domain), a security module. Before Linux 5.14, which has SO_NETNS_COOKIE,
 * the first way goes by the caller's network namespace, and not by the socket's.
 *
 * Both need PTRACE_MODE_ATTACH on the command (ptrace(2)): same user, dumpable, no more
 * capabilities than we have, and Yama at 0 or 1.
 *
 * System calls once started, besides those of request.h: stat, fstat, bind, getsockopt, close, and
 * for the first way pidfd_open, pidfd_getfd, for the second: socket, getpeername, epoll_ctl,
 * epoll_pwait.
 */
#ifndef BROKER_H
#define BROKER_H

#include "init/plan.h"
#include "init/unotify/request.h"

#include <stdint.h>
#include <sys/types.h>

enum broker_method { BROKER_NONE, BROKER_OWN_SOCKET, BROKER_MADE_SOCKET };

/* Which ports to bind for the command. */
struct broker_ports {
	const struct port *list;
	size_t count;
	unsigned free_from; /* the first that needs no capability */
};

/* A socket that we have bound, found again by its inode. */
#define BROKER_BOUND 64
struct bound_socket {
	uint64_t inode;
	uint16_t unheard; /* the port, where its caller has not heard that it is bound; 0: it has */
};

/* A socket that we have made, and that is not bound yet. */
#define BROKER_MADE 256
struct made_socket {
	int fd;	      /* ours; 0: there is none here */
	int number;   /* the command's, */
	pid_t thread; /* of this one */
	uint64_t inode, age;
};

/* 10 KiB. */
struct broker {
	enum broker_method method;
	struct broker_ports ports;
	uint64_t cookie;    /* of our network namespace; 0: the kernel tells none */
	uint64_t namespace; /* and its inode */
	int namespace_file; /* open, so that the kernel need not make one for each look; -1: not */
	int pidfd;	    /* of the thread that has bound last; -1: of none */
	pid_t thread;
	const char *reason; /* what kept the last call from being brokered; NULL: nothing */
	int error;	    /* its errno; 0: none */
	uint64_t served;    /* the last request that bound a socket, */
	uint64_t inode;	    /* that socket, */
	uint16_t port;	    /* and where */
	int events;	    /* what becomes of those that we have made: epoll(7); -1: not needed */
	size_t alive;	    /* of those that we have made */
	uint64_t next_age;
	size_t next_bound, next_look; /* to be overwritten, and looked at */
	struct bound_socket bound[BROKER_BOUND];
	struct made_socket made[BROKER_MADE];
};

/* Get a zeroed BROKER ready for these ports, by this method. Returns 0 or -errno. */
int broker_open(struct broker *broker, const struct broker_ports *ports, enum broker_method method);

/* Once more, for each start that is to be answered: what is open from then on. 0 or -errno. */
int broker_start(struct broker *broker);

/* Answer a bind(2), or a socket(2) that has been reported; where that was for us and could not be
 * done, broker->reason says why. */
struct answer broker_answer(struct broker *broker, const struct request *request);

/* The answer did not reach its caller: a signal has interrupted the call, which before Linux 5.19
 * (WAIT_KILLABLE_RECV) any signal can. The call is then made again, be it by the kernel: on a
 * socket that is bound already. What the kernel takes from us and drops, since the signal was there
 * first and its caller not awake yet, nobody can tell: that call then says EINVAL. */
void broker_unheard(struct broker *broker, const struct request *request);

/* broker->events has something to be read: let go of what has been connected. */
void broker_settle(struct broker *broker);

/* Close what is open. */
void broker_close(struct broker *broker);

/* Which way works here? Tried for real in a throwaway process: drop() must make it what PID 1 will
 * be, CAP_NET_BIND_SERVICE and no_new_privs included; where it exits or returns nonzero, no way
 * works. The first of the ports is bound for a moment. WHY gets the reason, for people: what does
 * not work of the ways before the returned one, or nothing. Must be called before a filter of our
 * own is loaded; costs two forks. */
enum broker_method broker_probe(const struct broker_ports *ports, int (*drop)(void *context),
				void *context, char *ret_why, size_t why_size);

#endif
