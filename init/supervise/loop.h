/* loop.h: what PID 1 does while the command runs: it forwards signals, reaps whatever lands on
 * it, answers the filter's questions, and sleeps.
 *
 * Where the kernel keeps the status of a process that nobody waited for (children.h), SIGCHLD is
 * ignored and no zombie ever forms. Elsewhere children are reaped in bounded batches, with signals
 * forwarded between them. No timers, no polling. */
#ifndef LOOP_H
#define LOOP_H

#include "init/supervise/spawn.h"
#include "init/plan.h"
#include "init/unotify/server.h"

struct loop {
	const struct plan *plan;
	struct server *server;
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
 * signals come in. Dies where that fails. */
void loop_prepare(const struct plan *plan, struct server *server, struct loop *ret_loop);

/* With the child filled in: find out who reaps, have SIGCHLD ignored or not to match, and serve
 * until the command and all that it left behind have ended. Returns the exit status to end with. */
int loop_run(struct loop *loop);

#endif
