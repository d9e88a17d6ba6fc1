/* survivors.h: what the command left behind when it ended: a TERM, time to act on it, and KILL. */
#ifndef SURVIVORS_H
#define SURVIVORS_H

#include "init/supervise/loop.h"

/* TERM to every process that is left: all of the PID namespace where we are PID 1, else all of our
 * descendants. Returns as soon as none of our children is left, or after TIMEOUT_MS, when
 * the rest is killed and one line says which. What cannot be killed, because it is another user's
 * or does not answer, is named and left. Signals that arrive meanwhile are passed on to them, but
 * for those that the loop's hooks take.
 * With plan->leaves_survivors, where we are not PID 1: one TERM to the command's session, if it has
 * its own, and no waiting. */
const struct failure *survivors_end(const struct loop *loop, unsigned timeout_ms);

#endif
