/* server.h: answers what one start of the command asks through its filter's listener, one
 * notification at a time.
 *
 * Once the command runs nothing here allocates or fails: a caller may be killed at any moment, and
 * that is no error. What a call of the command's can be made to wait for, its server may wait for:
 * so it has a thread of its own. System calls: those of request.h, broker.h and denial.h.
 */
#ifndef SERVER_H
#define SERVER_H

#include "init/unotify/broker.h"
#include "init/unotify/denial.h"
#include "init/unotify/unotify.h"

struct server {
	int listener; /* -1: nobody uses the filter any more */
	unsigned reports;
	struct denials *denials; /* of all starts, */
	struct record *record;	 /* as well */
	struct broker broker;	 /* large, and mostly untouched */
};

/* For this listener, which is the server's from now on. NULL: no memory. */
struct server *server_new(struct unotify *unotify, int listener);

/* Answer until nobody uses the filter any more. */
void server_run(struct server *server);

/* Answer one notification, after poll(2) has said REVENTS for the listener. 0; or -errno: nothing
 * can be received any more. */
int server_serve(struct server *server, short revents);

void server_free(struct server *server);

#endif
