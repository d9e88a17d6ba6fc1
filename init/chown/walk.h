/* ownership_walk.h: everything below one folder, deepest first, by one thread or two. */
#ifndef OWNERSHIP_WALK_H
#define OWNERSHIP_WALK_H

#include "init/chown/entry.h"

struct walk_manners {
	bool (*interrupted)(void); /* called by both threads */
	/* Called every five seconds by either, never by both at once. */
	void (*progress)(const struct ownership_report *so_far, const void *context);
	const void *context;
};

/* Walk below the root folder, which is not changed itself but perhaps taken: the caller changes it
 * or gives it back. path is its name in failures. Adds to the report. Returns 0 (failures of
 * entries are in the report), -EINTR, or -ENOMEM. On every return the second thread has ended.
 */
int walk_below(const struct order *order, struct folder *root, const char *path,
	       const struct walk_manners *manners, struct ownership_report *report);

/* Note a failure; the first few are kept. Not for use during a walk. */
void report_fail(struct ownership_report *report, const struct ownership_failure *failure);

#endif
