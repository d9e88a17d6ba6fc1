/* install.h: --install: copy this binary to where another container can start it: for init
 * containers and images without a shell or cp. */
#ifndef INSTALL_H
#define INSTALL_H

#include "init/steps/step.h"

/* Copy ourselves to plan->install (into it where it is a folder), mode 0755, whole or not at all.
 * Needs /proc. */
void install_check(struct run *run, struct outlook *outlook);
const struct failure *install_run(struct run *run);

#endif
