/* broker_socket.h: the two ways to a bound socket in the command's descriptor table. broker.c's
 * part. */
#ifndef BROKER_SOCKET_H
#define BROKER_SOCKET_H

#include "init/unotify/broker.h"

#include <sys/socket.h>

/* A bind(2) that is ours to do: our own copy of its arguments. */
struct wanted {
	int fd; /* in the caller */
	uint16_t port;
	socklen_t length;
	struct sockaddr_storage address;
};

bool broker_lists(const struct broker *broker, uint16_t port, bool udp);

/* Leave this call to the kernel, and note why it cannot be ours: unless that is because its caller
 * is gone. */
struct answer broker_pass(struct broker *broker, const struct request *request,
			  const char *obstacle, int error);

/* A socket that we know, NULL: one that we do not; and one to be known from now on. */
struct broker_socket *broker_recall(struct broker *broker, uint64_t inode);
struct broker_socket *broker_remember(struct broker *broker, uint64_t inode);

/* This request has bound our descriptor FD: keep what broker_unheard() would need. */
void broker_note_bound(struct broker *broker, const struct request *request, int fd, uint16_t port);

/* The answer to a bind(2) of a socket that is bound already: 0 to a caller who has not heard. */
int broker_bound_error(struct broker *broker, const struct request *request, uint64_t inode,
		       uint16_t port);

struct answer broker_bind_own(struct broker *broker, const struct request *request,
			      const struct wanted *wanted);
struct answer broker_bind_fresh(struct broker *broker, const struct request *request,
				const struct wanted *wanted);

#endif
