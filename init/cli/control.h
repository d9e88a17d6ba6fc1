/* control.h: what is asked for instead of a start: a text, a pause, and --status, --signal and
 * --restart-helper: to look at, and act on, what the running PID 1 looks after. There is no socket:
 * PID 1's command line says what there is (helper_state.h), and the rest is signals.
 *
 * Acting needs to be the helper's user, or root, which takes on that user first: SETUID will do
 * where KILL is missing. pidfd_send_signal(2) */
#ifndef CONTROL_H
#define CONTROL_H

#include "init/plan.h"

/* Do what the plan asks for, where plan_is_request(). *ret_status of --status is 1 where a helper
 * that is not optional does not run as it should. */
const struct failure *control_run(const struct plan *plan, int *ret_status);

#endif
