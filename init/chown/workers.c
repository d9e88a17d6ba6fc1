#include "init/chown/workers.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define HELP_AFTER	 256 /* entries, 1 ms of work; a second thread costs some 50 us */
#define PAUSE_EVERY	 64  /* entries between two questions whether to go on */
#define PROGRESS_SECONDS 5

void walk_fail(struct walk *walk, const struct node *folder, const char *name,
	       struct ownership_failure *failure)
{
	if (failure->error == ENOMEM)
		walk->stop = -ENOMEM;
	pthread_mutex_lock(&walk->lock);
	if (walk->report->failed < OWNERSHIP_FAILURES)
		node_path(folder, name, failure->path, sizeof(failure->path));
	report_fail(walk->report, failure);
	pthread_mutex_unlock(&walk->lock);
}

void node_fail(struct walk *walk, struct node *node, enum ownership_act act, int error)
{
	struct ownership_failure failure = { .act = act, .error = -error };

	node->failed = true;
	failure.fixed = act == OWNERSHIP_CHANGE && node->folder.look.fixed;
	walk_fail(walk, node->parent, node->name, &failure);
}

/* The lock is held. */
static void worker_settle(struct worker *worker)
{
	struct ownership_report *report = worker->walk->report;

	report->looked_at += worker->looked_at;
	report->changed += worker->changed;
	worker->looked_at = worker->changed = 0;
	for (int i = 0; i < LEFT_COUNT; i++) {
		report->left[i] += worker->left[i];
		worker->left[i] = 0;
	}
}

static void worker_tell_progress(struct worker *worker)
{
	struct walk *walk = worker->walk;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	pthread_mutex_lock(&walk->lock);
	worker_settle(worker);
	if (now.tv_sec >= walk->next_progress) {
		walk->next_progress = now.tv_sec + PROGRESS_SECONDS;
		walk->manners->progress(walk->report, walk->manners->context);
	}
	pthread_mutex_unlock(&walk->lock);
}

bool worker_pause(struct worker *worker)
{
	struct walk *walk = worker->walk;

	if (walk->stop)
		return false;
	if (++worker->since_pause % PAUSE_EVERY)
		return true;
	if (walk->manners->interrupted())
		walk->stop = -EINTR;
	else if (worker->since_pause % (16 * PAUSE_EVERY) == 0)
		worker_tell_progress(worker);
	return !walk->stop;
}

static void *worker_run(void *argument);

/* The lock is held. A second thread that cannot be had is no failure. */
static void walk_get_help(struct walk *walk)
{
	struct worker *helper = &walk->workers[1];
	cpu_set_t cpus;

	walk->helped = true;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) || CPU_COUNT(&cpus) < 2)
		return;
	helper->walk = walk;
	if (pthread_create(&walk->helper, NULL, worker_run, helper))
		helper->walk = NULL;
}

/* The lock is held. */
static void walk_push(struct walk *walk, struct node *node)
{
	node->next = walk->todo;
	walk->todo = node;
}

void worker_queue(struct worker *worker, struct node *folder, bool more, struct node *children,
		  size_t count)
{
	struct walk *walk = worker->walk;

	pthread_mutex_lock(&walk->lock);
	worker_settle(worker);
	walk->node_count += count;
	folder->pending += (unsigned)count + more;
	if (more)
		walk_push(walk, folder);
	for (struct node *next; children; children = next) {
		next = children->next;
		walk_push(walk, children);
	}
	if (walk->idle)
		pthread_cond_signal(&walk->wake);
	pthread_mutex_unlock(&walk->lock);
}

/* The lock is held. Work above, in a folder that was closed to save descriptors, waits for whoever
 * is below to come up: going down there again costs as much as the tree is deep.
 */
static bool walk_can_take(const struct walk *walk)
{
	const struct node *node = walk->todo;

	if (!node)
		return false;
	return walk->busy == 0 || (node->opened ? node : node->parent)->folder.fd >= 0;
}

/* Wait for something to do. Returns NULL when nothing is left. */
static struct node *walk_take(struct walk *walk)
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
		if (walk->todo && !walk->helped && walk->report->looked_at > HELP_AFTER)
			walk_get_help(walk);
	}
	pthread_mutex_unlock(&walk->lock);
	return node;
}

int walk_hold(struct walk *walk, struct node *node)
{
	int r;

	pthread_mutex_lock(&walk->lock);
	r = node_hold(&walk->nodes, node);
	pthread_mutex_unlock(&walk->lock);
	return r;
}

void walk_release(struct walk *walk, struct node *node)
{
	pthread_mutex_lock(&walk->lock);
	node_release(node);
	pthread_mutex_unlock(&walk->lock);
}

/* One piece of work in the folder is done; the last one finishes it, which is one of its parent's.
 */
static void node_done(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;
	struct node *parent;

	for (;; node = parent) {
		bool last;

		pthread_mutex_lock(&walk->lock);
		worker_settle(worker);
		last = --node->pending == 0;
		parent = node->parent;
		if (last && !parent) {
			walk->done = true;
			pthread_cond_broadcast(&walk->wake);
		}
		pthread_mutex_unlock(&walk->lock);
		if (!last || !parent)
			return;
		walk->finish(worker, node);
		pthread_mutex_lock(&walk->lock);
		node_reopen_parent(&walk->nodes, node);
		node_free(&walk->nodes, node);
		pthread_mutex_unlock(&walk->lock);
		walk->node_count--;
	}
}

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	struct walk *walk = worker->walk;
	struct node *node;

	while ((node = walk_take(walk))) {
		walk->work(worker, node);
		node_done(worker, node);
		pthread_mutex_lock(&walk->lock);
		walk->busy--;
		pthread_mutex_unlock(&walk->lock);
	}
	return NULL;
}

void walk_run(struct walk *walk, struct folder *folder, const char *path)
{
	struct node *root = node_new(NULL, path);
	struct timespec now;

	if (!root) {
		walk->stop = -ENOMEM;
		return;
	}
	root->folder = *folder;
	root->folder.sealed = folder_is_sealed(walk->order, &folder->look);
	root->opened = true;
	walk->todo = root;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	walk->next_progress = now.tv_sec + PROGRESS_SECONDS;
	node_set_init(&walk->nodes, &walk->order->means);
	walk->workers[0].walk = walk;
	worker_run(&walk->workers[0]);
	if (walk->workers[1].walk)
		pthread_join(walk->helper, NULL);
	*folder = root->folder;
	free(root);
}
