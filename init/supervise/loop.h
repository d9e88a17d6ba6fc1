/* loop.h: what PID 1 does while the command runs: it forwards signals, reaps whatever lands on it,
 * and sleeps. Nothing that the command does can make it wait.
 *
 * Where the kernel keeps the status of a process that nobody waited for (reap.h), SIGCHLD is
 * ignored and no zombie ever forms. Elsewhere children are reaped in bounded batches, with signals
 * forwarded between them. No timers, no polling. */
#ifndef LOOP_H
#define LOOP_H

#include "init/plan.h"
#include "init/supervise/spawn.h"
#include "init/sys/failure.h"

#include <stdbool.h>
#include <stdint.h>

struct loop {
	const struct plan *plan;
	struct child child; /* child_start() fills it in */
	bool kernel_reaps;  /* SIGCHLD is ignored; the status comes from the pidfd */
	int signal_fd;	    /* all signals come in here */
	bool ended;	    /* the command has */
	int status;	    /* how, as waitpid(2) gives it */
	bool more_to_reap;  /* a batch was full, or SIGCHLD came */
	int64_t held_until; /* by clock_ms(): until then a TERM is held (--stop-delay); 0: none is
			     */
	int end_looks;	    /* how often the command was seen to have ended and not reaped */
	bool delay_is_over; /* one was, so the next ones are not */
};

/* Before the first child: become a subreaper where we are not PID 1, and open the way by which
 * signals come in. */
const struct failure *loop_prepare(const struct plan *plan, struct loop *ret_loop);

/* With the child filled in: find out who reaps, have SIGCHLD ignored or not to match, and serve
 * until the command and all that it left behind have ended. *ret_status is what to exit with. */
const struct failure *loop_run(struct loop *loop, int *ret_status);

#endif
