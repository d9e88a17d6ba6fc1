/* step_down.h: --user as a step: root is given up for good, and that is proved. */
#ifndef STEP_DOWN_H
#define STEP_DOWN_H

#include "init/steps/step.h"

/* Is it known who to become, and can it be done? Before anything is changed. */
const struct failure *step_down_require(struct run *run);

/* Run is the point behind which there is no way back. Check steps down in a process of its own. */
void step_down_check(struct run *run, struct outlook *outlook);
const struct failure *step_down_run(struct run *run);

#endif
