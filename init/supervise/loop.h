/* loop.h: what PID 1 does while the command runs: it forwards signals, reaps whatever lands on it,
 * and sleeps. Nothing that the command does can make it wait.
 *
 * Where the kernel keeps the status of a process that nobody waited for (reap.h), SIGCHLD is
 * ignored and no zombie ever forms. Elsewhere children are reaped in bounded batches, with signals
 * forwarded between them. No timers, no polling. */
#ifndef LOOP_H
#define LOOP_H

#include "init/plan.h"
#include "init/supervise/killed.h"
#include "init/supervise/spawn.h"
#include "init/sys/failure.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Who looks after more than the command: PID 1 after keepers, a keeper after its channel. */
struct loop_hooks {
	void *context;
	size_t source_count; /* what there is to wait for, besides */
	void (*sources)(void *context, struct pollfd *ret_sources);
	void (*act)(void *context, const struct pollfd *sources);
	/* A signal has come: true where it is not to be forwarded. May be NULL. */
	bool (*signal)(void *context, int number);
	/* The command gets its stop signal now. May be NULL. */
	void (*stop)(void *context);
	/* Is it a child of ours from birth? Else it is an orphan. May be NULL. */
	bool (*is_own)(const void *context, pid_t pid);
};

struct loop {
	const struct plan *plan;
	struct child child; /* child_start() fills it in */
	bool kernel_reaps;  /* SIGCHLD is ignored; the status comes from the pidfd */
	int signal_fd;	    /* all signals come in here */
	int terminal;	    /* message_open_terminal() */
	bool ended;	    /* the command has */
	int status;	    /* how, as waitpid(2) gives it */
	bool is_stopped;    /* forward_stop() has asked for its end */
	bool is_killed;	    /* and that was not enough */
	bool more_to_reap;  /* a batch was full, or SIGCHLD came */
	int64_t held_until; /* by clock_ms(): until then a stop signal is held (--stop-delay); 0:
			       none is */
	int held;	    /* which */
	int end_looks;	    /* how often the command was seen to have ended and not reaped */
	bool delay_is_over; /* one was, so the next ones are not */
	int64_t kill_at;    /* by clock_ms(): when the command is killed; 0: it is not */
	const struct loop_hooks *hooks; /* NULL: none */
	char why[KILLED_WHY_SIZE];	/* it was killed, and not by us: what to say of the cause */
};

/* Before the first child: become a subreaper where we are not PID 1, and open the way by which
 * signals come in, and the one by which nothing waits for the terminal. */
const struct failure *loop_prepare(const struct plan *plan, struct loop *ret_loop);

/* With the child filled in: find out who reaps, have SIGCHLD ignored or not to match, and serve
 * until it has ended. Once more for another child. */
const struct failure *loop_run(struct loop *loop);

/* What a shell would call the status that it ended with: 128 and the signal where it was killed. */
int loop_exit_status(const struct loop *loop);

/* reap_batch(), with lines where the plan wants them. */
int loop_reap(const struct loop *loop, pid_t command, bool *ret_ended, int *ret_status);

/* Wait once, this long at most, without a child: for signals, and for what the hooks wait for. */
const struct failure *loop_rest(struct loop *loop, int timeout_ms);

#endif
