/* walk.h: everything below one folder, deepest first. */
#ifndef CHOWN_WALK_H
#define CHOWN_WALK_H

#include "init/chown/entry.h"

/* Walk below the root folder, which is not changed itself but perhaps taken: the caller changes it
 * or gives it back. path is its name in failures. Adds to the report. Returns 0 (failures of
 * entries are in the report), -EINTR, or -ENOMEM. On every return the second thread has ended. */
int walk_below(const struct order *order, struct folder *root, const char *path,
	       struct ownership_report *report);

#endif
