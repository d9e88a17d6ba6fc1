/* limits.h: --umask and --limit: what a process of the command may make and use.
 *
 * Hard limits are raised while we are root, which needs CAP_SYS_RESOURCE; the rest is set in the
 * command's own process, so that none of it can end PID 1. umask(2), setrlimit(2) */
#ifndef LIMITS_H
#define LIMITS_H

#include "init/steps/step.h"

void umask_check(struct run *run, struct outlook *outlook);
const struct failure *umask_run(struct run *run);

void limits_check(struct run *run, struct outlook *outlook);
const struct failure *limits_run(struct run *run);

/* In the command's process: set all of them, and look whether that took. Safe in a vfork child.
 * Returns 0 or -errno. */
int limits_apply(const struct plan *plan);

#endif
