/* seccomp_profile.h: --seccomp as a step: the profile is loaded, before anything is changed. */
#ifndef SECCOMP_PROFILE_H
#define SECCOMP_PROFILE_H

#include "init/steps/step.h"

/* After the ports are chosen: a profile is judged by the capabilities that the command will have.
 */
void seccomp_profile_check(struct run *run, struct outlook *outlook);
const struct failure *seccomp_profile_run(struct run *run);

#endif
