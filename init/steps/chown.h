/* chown.h: --chown as a step: give each path of the plan to its owner, and say how that went. */
#ifndef STEPS_CHOWN_H
#define STEPS_CHOWN_H

#include "init/steps/step.h"

/* All of the plan's --chown, in order. A signal that arrives meanwhile ends the run as it would
 * have ended the command (128+n). Before there is a socket in a folder, with an owner of its own.
 */
void chown_check(struct run *run, struct outlook *outlook);
const struct failure *chown_run(struct run *run);

#endif
