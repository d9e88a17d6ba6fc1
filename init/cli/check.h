/* check.h: --check: the plan, step by step, and whether each step can be done here. */
#ifndef CHECK_H
#define CHECK_H

#include "init/filter/filter.h"
#include "init/plan.h"
#include "init/steps/ports.h"

/* Print one line for each step on standard output. Changes nothing. Returns the exit status: 0
 * where all can be done, 125 where something cannot. */
int check_print(const struct plan *plan, const struct port_choice *ports,
		const struct filter *profile);

#endif
