/* give.h: --chown as a step: give each path of the plan to its owner, and say how that went. */
#ifndef STEPS_CHOWN_H
#define STEPS_CHOWN_H

#include "init/plan.h"

/* Do all of the plan's --chown, in order. Dies where one fails and is not optional; ends the run as
 * the signal would have ended the command (128+n) where one arrives meanwhile. */
void chown_paths(const struct plan *plan);

#endif
