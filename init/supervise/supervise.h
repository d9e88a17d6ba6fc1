/* supervise.h: start the command, look after it as PID 1 from then on, and end with it. */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include "init/steps/step.h"
#include "init/sys/failure.h"

/* *ret_status is what to exit with. Where it fails after the start, the command is killed. */
const struct failure *supervise(struct run *run, int *ret_status);

#endif
