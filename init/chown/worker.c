#include "init/chown/worker.h"

#include "init/chown/report.h"
#include "init/sys/message.h"

#include <errno.h>

#define PROGRESS_SECONDS 5

void worker_settle(struct worker *worker)
{
	worker->walk->report->looked_at += worker->looked_at;
	worker->walk->report->changed += worker->changed;
	worker->looked_at = worker->changed = 0;
}

/* The lock is held. */
static void walk_say_progress(const struct walk *walk)
{
	const struct ownership_report *report = walk->report;

	message(MESSAGE_WARNING, "%s: looked at %ju so far, %s %ju", report->typed,
		report->looked_at, walk->order->dry_run ? "to change" : "changed", report->changed);
}

static void worker_tell_progress(struct worker *worker, time_t now)
{
	struct walk *walk = worker->walk;

	pthread_mutex_lock(&walk->lock);
	worker_settle(worker);
	if (!walk->next_progress)
		walk->next_progress = now + PROGRESS_SECONDS;
	if (now >= walk->next_progress) {
		walk->next_progress = now + PROGRESS_SECONDS;
		walk_say_progress(walk);
	}
	pthread_mutex_unlock(&walk->lock);
}

/* Once a tick: an entry takes a microsecond, or a minute where all of it is copied. */
bool worker_go_on(struct worker *worker)
{
	struct walk *walk = worker->walk;
	struct timespec now;

	if (walk->stop)
		return false;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (now.tv_nsec == worker->asked.tv_nsec && now.tv_sec == worker->asked.tv_sec)
		return true;
	worker->asked = now;
	if (walk->order->interrupted && walk->order->interrupted(walk->order->context))
		walk->stop = -EINTR;
	else
		worker_tell_progress(worker, now.tv_sec);
	return !walk->stop;
}

void worker_count(struct worker *worker, const struct node *folder, const char *name, int verdict,
		  const struct ownership_failure *failure)
{
	struct walk *walk = worker->walk;

	worker->looked_at += verdict != VERDICT_GONE;
	worker->changed += verdict == VERDICT_CHANGE;
	if (verdict == -ENOMEM)
		walk->stop = -ENOMEM;
	if (verdict >= 0 && verdict < VERDICT_LEFT)
		return;
	pthread_mutex_lock(&walk->lock);
	if (verdict < 0)
		report_add_failure(walk->report, folder, name, failure);
	else
		report_add_left(walk->report, folder, name, verdict - VERDICT_LEFT);
	pthread_mutex_unlock(&walk->lock);
}

void worker_fail(struct worker *worker, struct node *node, enum ownership_act act, int error)
{
	const struct ownership_failure failure = {
		.act = act,
		.error = -error,
		.immutable = act == OWNERSHIP_CHANGE && node->folder.snapshot.immutable,
	};

	node->failed = true;
	worker_count(worker, node->parent, node->name, error, &failure);
}

int worker_hold(struct worker *worker, struct node *node)
{
	int r;

	pthread_mutex_lock(&worker->walk->lock);
	r = node_hold(&worker->walk->nodes, node);
	pthread_mutex_unlock(&worker->walk->lock);
	return r;
}

void worker_release(struct worker *worker, struct node *node)
{
	pthread_mutex_lock(&worker->walk->lock);
	node_release(node);
	pthread_mutex_unlock(&worker->walk->lock);
}
