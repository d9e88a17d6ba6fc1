/* check.h: --check: the plan, step by step, and whether each step can be done here. */
#ifndef CHECK_H
#define CHECK_H

#include "init/steps/step.h"

/* Let each step check itself, in order, and print a line for each thing that it says on standard
 * output: as an object of JSON where that is wanted. Changes nothing. *ret_status is 0 where all
 * can be done, 125 where something cannot. */
const struct failure *check_print(struct run *run, int *ret_status);

#endif
