/* server.h: what PID 1 answers for the command: binds of low ports, refusals to be explained,
 * calls to be recorded. One filter, one listener, one notification at a time, so that no flood of
 * them can keep a signal waiting.
 *
 * Once the command runs nothing here waits, allocates, or fails: a caller may be killed at any
 * moment, and that is no error. System calls then: those of notify.h, broker.h, denial.h and
 * record.h.
 */
#ifndef SERVER_H
#define SERVER_H

#include "init/unotify/broker.h"
#include "init/steps/command.h"
#include "init/unotify/denial.h"
#include "init/filter/filter.h"
#include "init/plan.h"
#include "init/steps/ports.h"
#include "init/unotify/record.h"

#include <stdbool.h>

/* 8 KiB, of which most is never touched: static, not on a stack. */
struct server {
	int listener;	      /* -1: nobody asks */
	unsigned reports;     /* enum filter_reports: what is asked */
	struct filter filter; /* the command's: composed, until it is loaded */
	struct denials denials;
	struct record record;
	struct broker broker;
};

/* Choose what is to be answered, compose the command's filter for it, and open --record's FILE, as
 * the user that we still are. PROFILE must live on; COMMAND is the path of its file. Dies where
 * what was asked for cannot be had. */
void server_prepare(const struct plan *plan, const struct port_choice *ports,
		    const struct filter *profile, const char *command, struct server *ret_server);

/* Move what is open out of the way of the sockets, who take the descriptors below first_free. Dies
 * where it cannot. */
void server_make_room(struct server *server, int first_free);

/* Give the command its filter, and what goes with being supervised. */
void server_arm(const struct server *server, struct command *command);

/* The command has been executed, and this is its filter's listener (or -1). */
void server_start(struct server *server, int listener);

/* Answer a notification, after poll(2) has said REVENTS for the listener. Once nobody uses the
 * filter any more, listener is -1. */
void server_serve(struct server *server, short revents);

/* The command and all its descendants have ended: write what was recorded. Dies where that fails.
 */
void server_finish(struct server *server);

#endif
