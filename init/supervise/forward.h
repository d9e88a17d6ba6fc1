/* forward.h: the signals that come in, and those that are due: they are rewritten, held
 * (--stop-delay) and sent on to the command, and a stop that it does not follow becomes a KILL.
 * signalfd(2), pidfd_send_signal(2) */
#ifndef FORWARD_H
#define FORWARD_H

#include "init/supervise/loop.h"

#include <stdint.h>
#include <sys/signalfd.h>

/* Take a batch of what has come in, and do with each what is to be done. */
const struct failure *forward_signals(struct loop *loop);

/* By clock_ms(), the next time that something is due; 0: nothing is. */
int64_t forward_due_ms(const struct loop *loop);

/* Do what is due by now. */
void forward_on_time(struct loop *loop);

/* From now on the end is asked for: send the child this signal, as if it had come from outside, and
 * KILL this much later. */
void forward_stop(struct loop *loop, int number, unsigned timeout_ms);

/* What the kernel sent us for a write of ours, to a pipe that nobody reads or past a limit of size:
 * it is meant for nobody else. */
bool forward_is_own(const struct signalfd_siginfo *from);

#endif
