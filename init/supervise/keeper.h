/* keeper.h: what looks after one helper: a process that PID 1 forks while it is root, that steps
 * down for good as PID 1 does, and that then starts the helper, again and again.
 *
 * It is drop-init where it is not PID 1: the same steps with a plan of its own, the same spawning,
 * reaping, answering and ending of what is left behind. It holds the helper's sockets, so that a
 * restart refuses no connection, and is a subreaper. It hears PID 1's stop on its channel; of
 * signals it minds HUP alone: stop, and start again. Its loop has no filter of its own, for the
 * helper would inherit it; it reads nothing but signals, single bytes and READY=1. */
#ifndef KEEPER_H
#define KEEPER_H

#include "init/steps/step.h"

/* In the process that is to be the keeper. RUN has the helper's plan, and the table of steps.
 * Returns the status to exit with, which CHANNEL was told. */
int keeper_run(struct run *run, int channel);

#endif
