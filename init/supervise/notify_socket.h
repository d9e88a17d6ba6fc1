/* notify_socket.h: NOTIFY_SOCKET, by which a helper of `--ready notify` says READY=1. sd_notify(3)
 *
 * An abstract name is shared by all of a network namespace, as by a pod: what counts comes from the
 * helper's user, and from a process that we can see (a sender of another PID namespace has pid 0).
 */
#ifndef NOTIFY_SOCKET_H
#define NOTIFY_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#define NOTIFY_VARIABLE_SIZE 64

/* Make one, close-on-exec; "NOTIFY_SOCKET=@name" goes into variable. Returns it, or -errno. unix(7)
 */
int notify_socket_open(char ret_variable[NOTIFY_VARIABLE_SIZE]);

/* Take a message, without waiting: is it READY=1, of a process of this user's? */
bool notify_socket_is_ready(int fd, uid_t uid);

#endif
