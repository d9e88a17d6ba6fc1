/* survivors.h: what the command left behind when it ended: a TERM, time to act on it, and KILL. */
#ifndef SURVIVORS_H
#define SURVIVORS_H

#include "init/plan.h"
#include "init/supervisor.h"

/* TERM to every process that is left: all of the PID namespace where we are PID 1, else all of our
 * descendants. Returns as soon as none is left, or after plan->stop_timeout_ms, when the rest is
 * killed and one line says which. Signals that arrive meanwhile are passed on to them, and what
 * they ask through the filter is answered. */
void survivors_end(const struct plan *plan, int signal_fd, struct supervisor *supervisor);

/* Say the name and the status of the next child to be reaped, unless it is this one:
 * --warn-on-reap. */
void survivors_announce(pid_t but_not);

#endif
