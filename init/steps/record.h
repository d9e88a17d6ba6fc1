/* record.h: what PID 1 is to answer for the command, and --record FILE: chosen and opened before
 * the drop. What has been recorded in FILE before is read after it. */
#ifndef STEPS_RECORD_H
#define STEPS_RECORD_H

#include "init/steps/step.h"

void record_check_step(struct run *run, struct outlook *outlook);
const struct failure *record_run(struct run *run);
const struct failure *record_load_run(struct run *run);

#endif
