/* walk.h: everything below one folder, deepest first. */
#ifndef CHOWN_WALK_H
#define CHOWN_WALK_H

#include "init/chown/entry.h"

struct walk_callbacks {
	bool (*interrupted)(void); /* called by two threads */
	/* Called every five seconds. */
	void (*progress)(const struct ownership_report *so_far, const void *context);
	const void *context;
};

/* Walk below the root folder, which is not changed itself but perhaps taken: the caller changes it
 * or gives it back. path is its name in failures. Adds to the report. Returns 0 (failures of
 * entries are in the report), -EINTR, or -ENOMEM. On every return the second thread has ended. */
int walk_below(const struct order *order, struct folder *root, const char *path,
	       const struct walk_callbacks *callbacks, struct ownership_report *report);

#endif
