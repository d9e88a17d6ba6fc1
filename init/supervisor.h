/* supervisor.h: what PID 1 answers for the command: binds of low ports, refusals to be explained,
 * calls to be recorded. One filter, one listener, one notification at a time, so that no flood of
 * them can keep a signal waiting.
 *
 * Once the command runs nothing here waits, allocates, or fails: a caller may be killed at any
 * moment, and that is no error. System calls then: those of notify.h, broker.h, denial.h and
 * record.h.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "init/broker.h"
#include "init/command.h"
#include "init/denial.h"
#include "init/filter.h"
#include "init/plan.h"
#include "init/ports.h"
#include "init/record.h"

#include <stdbool.h>

/* 8 KiB, of which most is never touched: static, not on a stack. */
struct supervisor {
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
void supervisor_prepare(const struct plan *plan, const struct port_choice *ports,
			const struct filter *profile, const char *command,
			struct supervisor *ret_supervisor);

/* Move what is open out of the way of the sockets, who take the descriptors below first_free. Dies
 * where it cannot. */
void supervisor_make_room(struct supervisor *supervisor, int first_free);

/* Give the command its filter, and what goes with being supervised. */
void supervisor_arm(const struct supervisor *supervisor, struct command *command);

/* The command has been executed, and this is its filter's listener (or -1). */
void supervisor_start(struct supervisor *supervisor, int listener);

/* Answer a notification, after poll(2) has said REVENTS for the listener. Once nobody uses the
 * filter any more, listener is -1. */
void supervisor_serve(struct supervisor *supervisor, short revents);

/* The command and all its descendants have ended: write what was recorded. Dies where that fails.
 */
void supervisor_finish(struct supervisor *supervisor);

#endif
