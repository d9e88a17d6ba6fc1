/* lines.h: helpers beside the command: lines of "NAME: [OPTION]... COMMAND [ARG]...", as plans.
 *
 * A line of --with may say who its process is and what it may do. Whoever may edit a --with-file
 * must not gain by that: those options are refused there, and the file is only read once we have
 * stepped down. */
#ifndef LINES_H
#define LINES_H

#include "init/plan.h"
#include "init/steps/step.h"

/* The lines of --with become plan->helpers, each a plan of its own in which what is left out is as
 * for the command. A --with-file becomes one that only holds its place. Where there is no OPERAND
 * the line called "web" is the command. */
const struct failure *lines_parse(struct plan *plan, bool has_operand);

bool lines_have_file(const struct plan *plan);

/* The plan with the files' lines in their places: a copy, whole. Nothing of root's may read them.
 */
const struct failure *lines_read_files(const struct plan *plan, struct plan *ret_plan);

/* As a step, once we have stepped down: read the files, and have the keepers of their lines forked.
 * The run's plan is a whole one then. */
void lines_check(struct run *run, struct outlook *outlook);
const struct failure *lines_run(struct run *run);

#endif
