/* broker_socket.h: the two ways to a bound socket in the command's descriptor table. broker.c's
 * part. */
#ifndef BROKER_SOCKET_H
#define BROKER_SOCKET_H

#include "init/broker.h"

#include <sys/socket.h>

/* A bind(2) that is ours to do: our own copy of its arguments. */
struct wanted {
	int fd; /* in the caller */
	uint16_t port;
	socklen_t length;
	struct sockaddr_storage address;
};

bool broker_lists(const struct broker *broker, uint16_t port, bool udp);

/* Note why this call cannot be ours, and leave it to the kernel. */
struct answer broker_pass(struct broker *broker, const char *obstacle, int error);

struct answer broker_bind_own(struct broker *broker, const struct request *request,
			      const struct wanted *wanted);
struct answer broker_bind_fresh(struct broker *broker, const struct request *request,
				const struct wanted *wanted);

#endif
