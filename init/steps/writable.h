/* writable.h: --writable: can the user write there, and if not, what stands in the way? access(2),
 * path_resolution(7) */
#ifndef WRITABLE_H
#define WRITABLE_H

#include "init/steps/step.h"

/* Whoever we are by then looks: run comes after the drop, and check asks in a trial. */
void writable_check(struct run *run, struct outlook *outlook);
const struct failure *writable_run(struct run *run);

#endif
