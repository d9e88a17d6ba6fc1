#include "init/chown/walk.h"

#include "init/chown/visit.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#define HELP_AFTER 256 /* entries, 1 ms of work; a second thread costs some 50 us */

static void *worker_run(void *argument);

/* The lock is held. */
static void walk_push(struct walk *walk, struct node *node)
{
	node->next = walk->todo;
	walk->todo = node;
}

/* Queue folders below node, and below them, when there is more to read, the node itself. */
static void walk_queue(struct worker *worker, struct node *node, bool more, struct node *children)
{
	struct walk *walk = worker->walk;

	pthread_mutex_lock(&walk->lock);
	worker_settle(worker);
	if (more) {
		node->pending++;
		walk_push(walk, node);
	}
	for (struct node *next; children; children = next) {
		next = children->next;
		node->pending++;
		walk->node_count++;
		walk_push(walk, children);
	}
	if (walk->idle)
		pthread_cond_signal(&walk->wake);
	pthread_mutex_unlock(&walk->lock);
}

/* The lock is held. Work above, in a folder that was closed to save descriptors, waits for whoever
 * is below to come up: going down there again costs as much as the tree is deep. */
static bool walk_can_take(const struct walk *walk)
{
	const struct node *node = walk->todo;

	if (!node)
		return false;
	return walk->busy == 0 || (node->opened ? node : node->parent)->folder.fd >= 0;
}

/* The lock is held. Does what is left pay for another thread? */
static bool walk_wants_help(const struct walk *walk)
{
	cpu_set_t cpus;

	return walk->todo && !walk->helped && walk->report->looked_at > HELP_AFTER &&
	       sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) > 1;
}

/* Wait for something to do. Returns NULL when nothing is left. */
static struct node *walk_take(struct walk *walk, bool *ret_help)
{
	struct node *node = NULL;

	pthread_mutex_lock(&walk->lock);
	while (!walk_can_take(walk) && !walk->done) {
		walk->idle++;
		pthread_cond_wait(&walk->wake, &walk->lock);
		walk->idle--;
	}
	if (!walk->done) {
		node = walk->todo;
		walk->todo = node->next;
		walk->busy++;
		*ret_help = walk_wants_help(walk);
		walk->helped |= *ret_help;
	}
	pthread_mutex_unlock(&walk->lock);
	return node;
}

static void worker_do(struct worker *worker, struct node *node)
{
	struct node *children;

	if (!worker_go_on(worker) || !folder_begin(worker, node))
		return;
	children = folder_list(worker, node);
	walk_queue(worker, node, worker->listing.more, children);
	children = folder_visit(worker, node);
	if (children)
		walk_queue(worker, node, false, children);
	worker_release(worker, node);
}

/* One piece of work in the folder is done. Returns whether it was the last one. */
static bool node_done_piece(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;
	bool last;

	pthread_mutex_lock(&walk->lock);
	worker_settle(worker);
	last = --node->pending == 0;
	if (last && !node->parent) {
		walk->done = true;
		pthread_cond_broadcast(&walk->wake);
	}
	pthread_mutex_unlock(&walk->lock);
	return last;
}

/* The last piece finishes the folder, which is one of its parent's. */
static void node_done(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;

	while (node_done_piece(worker, node) && node->parent) {
		struct node *parent = node->parent;

		folder_finish(worker, node);
		pthread_mutex_lock(&walk->lock);
		node_reopen_parent(&walk->nodes, node);
		node_free(&walk->nodes, node);
		walk->node_count--;
		pthread_mutex_unlock(&walk->lock);
		node = parent;
	}
}

static struct worker *worker_new(struct walk *walk)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (worker)
		worker->walk = walk;
	return worker;
}

/* A second thread that cannot be had is no failure. */
static void worker_get_help(struct worker *worker, pthread_t *ret_helper, bool *ret_helped)
{
	struct worker *helper = worker_new(worker->walk);

	*ret_helped = helper && pthread_create(ret_helper, NULL, worker_run, helper) == 0;
	if (!*ret_helped)
		free(helper);
}

/* Work until every node is done; then the thread that was started meanwhile is back, too. */
static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	struct walk *walk = worker->walk;
	bool help = false, helped = false;
	struct node *node;
	pthread_t helper;

	while ((node = walk_take(walk, &help))) {
		if (help)
			worker_get_help(worker, &helper, &helped);
		help = false;
		worker_do(worker, node);
		node_done(worker, node);
		pthread_mutex_lock(&walk->lock);
		walk->busy--;
		pthread_mutex_unlock(&walk->lock);
	}
	if (helped)
		pthread_join(helper, NULL);
	free(worker);
	return NULL;
}

int walk_below(const struct order *order, struct folder *root, const char *path,
	       struct ownership_report *report)
{
	struct walk walk = { .order = order,
			     .report = report,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .wake = PTHREAD_COND_INITIALIZER };
	struct worker *worker = worker_new(&walk);
	struct node *node = node_new(NULL, path);

	if (!worker || !node) {
		free(worker);
		free(node);
		return -ENOMEM;
	}
	node->folder = *root;
	node->folder.roots_only = folder_is_roots_only(order, &root->snapshot);
	node->opened = true;
	node_set_init(&walk.nodes, &order->features);
	walk_push(&walk, node);
	worker_run(worker);
	*root = node->folder;
	free(node);
	return walk.stop;
}
