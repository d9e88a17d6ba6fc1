/* ownership_look.h: what one entry is, and what is to be done about it. */
#ifndef OWNERSHIP_LOOK_H
#define OWNERSHIP_LOOK_H

#include <time.h>

#include "init/chown/ownership.h"

/* What this kernel, and a filter around us, let us ask. */
struct look_means {
	bool statx;   /* statx(2); else fstatat(2) */
	bool mounts;  /* statx says what is the root of a mount */
	bool openat2; /* openat2(2); else openat(2) and a comparison of devices */
};

struct look {
	dev_t dev;
	ino_t ino;
	uid_t uid;
	gid_t gid;
	mode_t mode;
	struct timespec changed; /* ctime: set by every link(2), unlink(2), chmod(2)… of the file */
	bool several_links;
	bool mount; /* never true without look_means.mounts */
	bool fixed; /* immutable or append-only */
};

/* From VERDICT_LEFT on they stand for LEFT_LINKS and its successors. */
enum verdict {
	VERDICT_RIGHT,
	VERDICT_CHANGE,
	VERDICT_GONE,	/* since its name was read */
	VERDICT_FOLDER, /* to be walked */
	VERDICT_LEFT,
};

void look_means_find(struct look_means *ret_means);

/* Look at name in dir, or at dir itself when name is "". Returns 0 or -errno. */
int look_at(const struct look_means *means, int dir, const char *name, struct look *ret_look);

/* What is to be done so that it belongs to uid:gid: a verdict, never GONE or FOLDER. Does not know
 * of file capabilities.
 */
int look_judge(const struct look *look, uid_t uid, gid_t gid);

/* Is it the same file, and did nothing change between the two looks? Only the looks at a file that
 * has settled tell: file systems stamp a change with a coarse clock, so that a second one within a
 * tick does not show.
 */
bool look_is_same(const struct look *first, const struct look *second);

/* Did its last change lie behind the clock, which was set before the look? If not, wait a little,
 * set the clock and return false: look again.
 */
bool look_settles(const struct look *look, struct timespec *clock);

/* How often to look until something that changes all the time counts as a failure. */
int look_patience(const struct look *look);

/* Would execve(2) of this file give capabilities? */
bool look_has_capability(const struct look *look, int dir, const char *name);

#endif
