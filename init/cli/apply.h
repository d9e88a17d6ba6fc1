/* apply.h: what was typed becomes part of the plan. */
#ifndef APPLY_H
#define APPLY_H

#include "init/cli/typed.h"

const struct failure *typed_apply(const struct typed_list *list, const struct typed *typed,
				  struct plan *plan);

/* All of one kind. EARLY is what other values rest on: whether to expand, how to speak, and whose
 * HOME it is. */
const struct failure *typed_apply_all(const struct typed_list *list, struct plan *plan, bool early);

#endif
