/* worker.h: one of the one or two threads of a walk, and what they share. */
#ifndef CHOWN_WORKER_H
#define CHOWN_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "init/chown/entry.h"
#include "init/chown/listing.h"
#include "init/chown/node.h"
#include "init/chown/walk.h"

struct walk {
	const struct order *order;
	atomic_int stop;	  /* -errno: give up; what is queued is only freed */
	atomic_size_t node_count; /* all that are known */
	pthread_mutex_t lock;	  /* of what follows, and of all nodes */
	pthread_cond_t wake;	  /* there is something to do, or nothing ever again */
	struct ownership_report *report;
	struct node_set nodes;
	struct node *todo;   /* last in, first out: deepest first */
	unsigned idle, busy; /* workers */
	bool helped, done;
	time_t next_progress;
};

struct worker {
	struct walk *walk;
	uint64_t looked_at, changed; /* not yet in the report */
	struct timespec asked;	     /* whether to go on */
	struct patience patience;
	struct listing listing;
	struct folder folder; /* that it is of; the other worker may have taken up the rest */
};

/* Is it to go on? Asks interrupted() now and then, and says how far it is. */
bool worker_go_on(struct worker *worker);

/* Add the counts to the report. The lock is held. */
void worker_settle(struct worker *worker);

/* Count what became of name in folder; not VERDICT_FOLDER. failure is looked at for an -errno. */
void worker_count(struct worker *worker, const struct node *folder, const char *name, int verdict,
		  const struct ownership_failure *failure);

/* Note that the folder itself failed. It then keeps its owner. */
void worker_fail(struct worker *worker, struct node *node, enum ownership_act act, int error);

/* node_hold() and node_release() under the lock. */
int worker_hold(struct worker *worker, struct node *node);
void worker_release(struct worker *worker, struct node *node);

#endif
