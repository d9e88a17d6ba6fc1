/* profile.h: where the command's seccomp profile comes from, as a program that can be loaded. */
#ifndef PROFILE_H
#define PROFILE_H

#include "init/filter/filter.h"
#include "init/plan.h"
#include "init/privileges/drop.h"

/* The profile of the plan: the built-in one, a compiled filter, or a JSON profile that drop-seccomp
 * compiles now, as the target user. program.len is 0 where there is none. A failure, naming what
 * was typed, where it is not one, is for another architecture, is cut short, or does not compile.
 */
const struct failure *profile_load(const struct plan *plan, enum bind_capability keep,
				   struct filter *ret_profile);

#endif
