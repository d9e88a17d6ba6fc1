/* broker_socket.h: the two ways to have the command's socket bound. broker.c's part. */
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

/* Leave this call to the kernel, and note why it cannot be ours (ERROR 0: the words say it all):
 * unless that is because its caller is gone. */
struct answer broker_pass(struct broker *broker, const struct request *request, const char *reason,
			  int error);

/* Is the caller in our network namespace? In another (bwrap --unshare-net) neither our capability
 * nor our sockets are meant to be. */
bool broker_knows_namespace(const struct broker *broker, const struct request *request);

/* The inode of a socket of the caller's: 0, -ENOTSOCK, or -errno. */
int broker_find_inode(const struct request *request, int fd, uint64_t *ret_inode);

/* Bind our descriptor FD, which is the caller's socket with this inode. */
struct answer broker_bind_socket(struct broker *broker, const struct request *request,
				 const struct wanted *wanted, int fd, uint64_t inode);

/* The socket has been bound by us, and this caller may not have heard. */
bool broker_was_bound(struct broker *broker, const struct request *request, uint64_t inode,
		      uint16_t port, struct answer *ret_answer);

struct answer broker_bind_own(struct broker *broker, const struct request *request,
			      const struct wanted *wanted);
struct answer broker_bind_made(struct broker *broker, const struct request *request,
			       const struct wanted *wanted);
/* The kernel may bind the caller's descriptor FD to another port: it is ours no longer. */
void broker_forget(struct broker *broker, const struct request *request, int fd);
int broker_start_made(struct broker *broker);
void broker_close_made(struct broker *broker);
struct answer broker_make(struct broker *broker, const struct request *request);

#endif
