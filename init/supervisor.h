/* supervisor.h: PID 1 answers what the command's filter reports: one notification at a time, so
 * that no flood of them can keep a signal waiting.
 *
 * Nothing here waits, allocates, or fails: a caller may be killed at any moment, and that is no
 * error.
 *
 * System calls: those of notify.h, broker.h, denial.h and record.h.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "init/broker.h"
#include "init/filter.h"

#include <stdbool.h>

struct supervisor {
	int listener;
	struct broker *broker; /* NULL: nobody binds for the command */
};

/* Call when poll(2) says POLLIN for the listener. At POLLHUP nobody uses the filter any more: stop
 * watching it. */
void supervisor_dispatch(struct supervisor *supervisor);

#endif
