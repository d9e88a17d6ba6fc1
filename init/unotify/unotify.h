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
	const struct filter *profile;
	struct denials denials; /* what has been said */
	struct broker broker;	/* as each server begins with it */
	struct record record;
};

/* Choose what is to be answered, compose the command's filter for it, and open --record's FILE, as
 * the user that we still are. MEANS: how ports are bound for the command, those below FREE_FROM.
 * PROFILE must live on; COMMAND is the path of its file. */
const struct failure *unotify_prepare(const struct plan *plan, enum broker_means means,
				      unsigned free_from, const struct filter *profile,
				      const char *command, struct unotify *ret_unotify);

/* Move what is open out of the way of the sockets, who take the descriptors below first_free. */
const struct failure *unotify_make_room(struct unotify *unotify, int first_free);

/* Does the filter need a listener? Must it have one, or the command is not to be started? */
bool unotify_wants_listener(const struct unotify *unotify);
bool unotify_needs_listener(const struct unotify *unotify);

/* The command and all its descendants have ended: write what was recorded. */
const struct failure *unotify_finish(struct unotify *unotify);

#endif
