/* unotify.h: what the command's filter asks PID 1, and what the answers take: low ports to be
 * bound, refusals to be explained, calls to be recorded. seccomp_unotify(2)
 *
 * Chosen once, before the first start of the command, and the same for every start; a server
 * (server.h) answers one of them.
 */
#ifndef UNOTIFY_H
#define UNOTIFY_H

#include "init/filter/filter.h"
#include "init/plan.h"
#include "init/sys/failure.h"
#include "init/unotify/broker.h"
#include "init/unotify/denial.h"
#include "init/unotify/record.h"

#include <stdbool.h>

/* 40 KiB, of which most is never touched: static, not on a stack. */
struct unotify {
	unsigned reports;     /* enum filter_reports: what is asked */
	struct filter filter; /* the command's: composed for these; program.len 0: it gets none */
	bool filtered;	      /* it gets one, also when that has been released */
	const struct filter *profile;
	struct denials denials; /* what has been said */
	struct broker broker;	/* as each server begins with it */
	struct record record;
};

/* Choose what is to be answered, and compose the command's filter for it. METHOD: how ports are
 * bound for the command, those below FREE_FROM. PROFILE must live on. For --record the filter comes
 * with unotify_record(): its FILE has been opened, and is not read while we are root. */
const struct failure *unotify_prepare(const struct plan *plan, enum broker_method method,
				      unsigned free_from, const struct filter *profile,
				      struct unotify *ret_unotify);

/* As the user, for --record: read what has been recorded before, and compose the filter. COMMAND is
 * the path of the command's file. */
const struct failure *unotify_record(struct unotify *unotify, const char *command);

/* Does the filter need a listener? Must it have one, or the command is not to be started? */
bool unotify_wants_listener(const struct unotify *unotify);
bool unotify_needs_listener(const struct unotify *unotify);

/* The command and all its descendants have ended: write what was recorded. */
const struct failure *unotify_finish(struct unotify *unotify);

#endif
