/* helper_table.h: the helpers, as PID 1 keeps them. */
#ifndef HELPER_TABLE_H
#define HELPER_TABLE_H

#include "init/supervise/helper_state.h"
#include "init/supervise/helpers.h"
#include "init/supervise/loop.h"

#include <poll.h>

#define KEEPER_GRACE_MS 1000 /* beyond its --stop-timeout */

/* One line, as PID 1 sees it. */
struct helper {
	const struct plan *plan;
	pid_t keeper; /* 0: none yet */
	int channel;  /* -1: the keeper is gone */
	bool dropped, ready, stopped;
	int64_t stop_ends_ms; /* stopped: by clock_ms(), until when it is waited for */
	struct helper_state state;
};

struct helpers {
	struct helper *at; /* in the order in which they start */
	size_t count;
	struct loop *loop; /* NULL: the command does not run yet */
	struct helper_state command;
	bool ends;	 /* the end has begun */
	int exit_status; /* of the helper that began it; -1: none has, and the command's is taken */
	struct pollfd *sources; /* room for each, and one more */
};

static inline const char *helper_name(const struct helper *helper)
{
	return helper->plan->helper.name;
}

/* For a helper's plan: it goes through the same steps, and inherits no socket. Large, and mostly
 * untouched. NULL without memory. */
struct run *helper_run_new(const struct run *ours, const struct plan *plan);

/* For --status: have room for how all of them are, and write it down. */
void helpers_title_prepare(const struct helpers *helpers);
void helpers_title_write(const struct helpers *helpers);

#endif
