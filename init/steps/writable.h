/* writable.h: --writable: can the user write there, and if not, what stands in the way? */
#ifndef WRITABLE_H
#define WRITABLE_H

#include "init/plan.h"

/* Look as whoever we are now. True, or false with the path component that stands in the way, whose
 * it is, and the option that mends it in text. access(2), path_resolution(7) */
bool writable_check(const char *path, char *text, size_t size);

/* Look at each --writable of the plan; die where the user cannot write. */
void writable_require(const struct plan *plan);

#endif
