/* unix_socket.h: the place of --listen unix:PATH: made free, bound in, and given to its owner. A
 * part of sockets.c.
 *
 * The folder is opened once, by path.h, and all that follows is relative to it: whoever may write
 * there can put what he likes in the socket's place, and gains nothing. unix(7) */
#ifndef UNIX_SOCKET_H
#define UNIX_SOCKET_H

#include "init/steps/outlook.h"

/* Bind fd there. A socket that nobody listens on is replaced; anything else is in the way. */
const struct failure *unix_socket_bind(const struct listen_spec *spec, int fd);

/* Could it be bound? Changes nothing. *ret_after is what has to be done first, in words, or "". */
const struct failure *unix_socket_try(const struct listen_spec *spec, const struct outlook *outlook,
				      const char **ret_after);

#endif
