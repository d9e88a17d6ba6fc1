/* ownership_work.h: the list of folders to be worked through, and the one or two threads that do
 * it. */
#ifndef OWNERSHIP_WORK_H
#define OWNERSHIP_WORK_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "init/chown/node.h"
#include "init/chown/walk.h"

#define CHUNK	      65536 /* bytes of a folder read at a time */
#define CHUNK_ENTRIES (CHUNK / 24)

struct worker;

struct walk {
	const struct order *order;
	const struct walk_manners *manners;
	struct ownership_report *report;			  /* under the lock */
	struct worker *workers;					  /* two, zeroed */
	void (*work)(struct worker *worker, struct node *node);	  /* one piece of a node's work */
	void (*finish)(struct worker *worker, struct node *node); /* all pieces below are done */
	atomic_int stop;	  /* -errno: give up; what is queued is only freed */
	atomic_size_t node_count; /* all that are known */
	pthread_mutex_t lock;	  /* of what follows */
	pthread_cond_t wake;	  /* there is something to do, or nothing ever again */
	struct node_set nodes;
	struct node *todo;   /* last in, first out: deepest first */
	unsigned idle, busy; /* workers */
	bool helped, done;
	pthread_t helper;
	time_t next_progress;
};

struct worker {
	struct walk *walk;			       /* NULL: does not run */
	uint64_t looked_at, changed, left[LEFT_COUNT]; /* not yet in the report */
	unsigned since_pause;
	struct timespec clock;	      /* see entry_visit() */
	uint16_t list[CHUNK_ENTRIES]; /* where entries of the chunk begin */
	char chunk[CHUNK] __attribute__((aligned(8)));
};

/* Work through the folder and what is below until every node is done; then both threads are back.
 * The caller has set order to workers, work and finish.
 */
void walk_run(struct walk *walk, struct folder *folder, const char *path);

/* Is it to go on? Asks interrupted() now and then, and tells progress. */
bool worker_pause(struct worker *worker);

/* Queue the folders of a chunk, and below them, when there is more to read, the folder itself. */
void worker_queue(struct worker *worker, struct node *folder, bool more, struct node *children,
		  size_t count);

/* node_hold() and node_release() under the lock. */
int walk_hold(struct walk *walk, struct node *node);
void walk_release(struct walk *walk, struct node *node);

/* Note that something failed, under its name in folder. */
void walk_fail(struct walk *walk, const struct node *folder, const char *name,
	       struct ownership_failure *failure);

/* Note that the folder itself failed. It then keeps its owner. */
void node_fail(struct walk *walk, struct node *node, enum ownership_act act, int error);

#endif
