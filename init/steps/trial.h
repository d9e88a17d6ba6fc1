/* trial.h: --check: a question that only the user can answer, put to a process that has stepped
 * down and ends. */
#ifndef TRIAL_H
#define TRIAL_H

#include "init/steps/step.h"

/* What stands in the way, in words; NULL: nothing does. */
typedef const char *trial_question(const void *context);

/* Step down as run's plan says, ask, and hear. QUESTION may be NULL: then only the stepping down is
 * tried. Returns NULL where nothing stands in the way, else the words, allocated. fork(2) */
const char *trial_ask(const struct run *run, trial_question *question, const void *context);

#endif
