/* helpers.h: PID 1's side of the helpers beside the command: their keepers are forked, started in
 * order, watched, and stopped.
 *
 * PID 1 forks nothing once the command runs. It alone keeps the table of how all of them are, and
 * writes it into its own command line at each change (helper_state.h). */
#ifndef HELPERS_H
#define HELPERS_H

#include "init/steps/step.h"
#include "init/supervise/loop.h"

/* Fork a keeper for each helper of the plan that has none yet, to step down. Nothing starts yet.
 * Run while we are root for the lines of --with, and once we have stepped down for those of files.
 */
const struct failure *helpers_run(struct run *run);

/* For --check: the steps of their lines, and how long the end can take. */
void helpers_check(struct run *run, struct outlook *outlook);

/* The same for a plan whose files have been read: the steps of their lines. */
void helpers_check_of_files(struct run *run, struct outlook *outlook);

/* The longest that a stop can take beside the command's own time. */
unsigned helpers_longest_stop_ms(const struct plan *plan);
void helpers_say_longest_stop(struct outlook *outlook, unsigned ms);

/* Wait until every keeper has stepped down and proved it, then start the helpers, in order. Returns
 * NULL with *ret_status -1 where the command is to be started now; else all that were started have
 * been stopped again, and it is what to exit with. */
const struct failure *helpers_start(struct run *run, int *ret_status);

/* The descriptors of the channels to the keepers. Returns how many. */
size_t helpers_channels(const struct run *run, int *ret_channels);

/* Have the loop watch them, too. */
void helpers_watch(struct run *run, struct loop *loop);

/* The command runs, and --status says so. */
void helpers_show_command(struct run *run);

/* The command has ended, with this exit status: the others end, one after another. Returns the
 * container's. */
int helpers_end(struct run *run, int status);

#endif
