/* keeping.h: what a keeper does once it has stepped down: it starts its helper when PID 1 says go,
 * looks after it, decides what comes after its end, and stops it when PID 1 says so or is gone. */
#ifndef KEEPING_H
#define KEEPING_H

#include "init/steps/step.h"
#include "init/supervise/channel.h"
#include "init/supervise/loop.h"

struct keeper {
	struct run *run;
	const struct helper_spec *spec;
	int channel;
	int notify; /* the NOTIFY_SOCKET; -1: none, or not any more */
	struct loop loop;
	struct helper_state state;
	int64_t started_ms, stop_ends_ms; /* 0: no stop has begun */
	unsigned failures;		  /* in a row */
	bool is_ready;			  /* what comes after was told so */
	bool is_settled;		  /* it has run long enough not to have failed */
	bool stops;			  /* PID 1 has said so, or is gone */
	bool restarts;			  /* somebody asked for it, by HUP */
	bool is_over;
	int exit_status;		/* then; -1: the container need not end */
	char last_word[LAST_WORD_SIZE]; /* the container's, where it ends because of that */
};

/* Tell PID 1 where the helper and we are. */
void keeping_tell(const struct keeper *keeper, enum report_kind kind);

/* The helper cannot be started, and is given up; that ends the container unless it is --optional.
 */
void keeping_fail(struct keeper *keeper, const struct failure *failure);

/* Until there is nothing more to do, or PID 1 wants no more of it. Returns the status to exit with,
 * which PID 1 was told. */
int keeping_run(struct keeper *keeper);

#endif
