/* step.h: one thing that happens before the command starts, with two verbs: check says what would
 * be done and what stands in the way, run does it.
 *
 * main.c has the table of them, in the order in which they run; main and --check both walk it, so
 * they cannot disagree. What steps find and make for those after them is in a struct run. */
#ifndef STEP_H
#define STEP_H

#include "init/filter/filter.h"
#include "init/plan.h"
#include "init/steps/command.h"
#include "init/steps/outlook.h"
#include "init/steps/ports.h"
#include "init/steps/start.h"
#include "init/unotify/unotify.h"

struct step;
struct helpers;

struct run {
	const struct plan *plan;
	const struct step *steps; /* up to one without a name: a helper goes through the same */
	struct inherited inherited;
	struct filter profile;	  /* --seccomp's */
	struct port_choice ports; /* the rung of --allow-port */
	struct strings secrets;	  /* --file-env's, as NAME=value: wiped once the command has them */
	struct command command;
	struct helpers *helpers; /* NULL: none */
	struct unotify unotify;	 /* what PID 1 answers: large, and mostly untouched */
};

struct step {
	const char *name;
	/* Changes nothing. NULL: nothing is to be said of it. */
	void (*check)(struct run *run, struct outlook *outlook);
	const struct failure *(*run)(struct run *run);
};

#endif
