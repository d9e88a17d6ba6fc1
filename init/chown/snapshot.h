/* snapshot.h: what one file is at one moment, and what is to be done about it. */
#ifndef CHOWN_SNAPSHOT_H
#define CHOWN_SNAPSHOT_H

#include <time.h>

#include "init/chown/ownership.h"

/* What this kernel, and a filter around us, let us ask. */
struct kernel_features {
	bool statx;	  /* statx(2); else fstatat(2) */
	bool mount_roots; /* statx says what is the root of a mount */
	bool openat2;	  /* openat2(2); else openat(2) and a comparison of devices */
	bool ask_server;  /* what is cached here may be old: a network file system */
};

struct snapshot {
	dev_t dev;
	ino_t ino;
	uid_t uid;
	gid_t gid;
	mode_t mode;
	struct timespec changed; /* ctime: set by every link(2), unlink(2), chmod(2)… of the file */
	bool several_links;
	bool mount_root; /* never true without kernel_features.mount_roots */
	bool immutable;	 /* or append-only */
};

/* From VERDICT_LEFT on they stand for LEFT_LINKS and its successors. */
enum verdict {
	VERDICT_RIGHT,
	VERDICT_CHANGE,
	VERDICT_GONE,	/* since its name was read */
	VERDICT_FOLDER, /* to be walked */
	VERDICT_LEFT,
};

/* All but ask_server, which depends on the place. */
void kernel_features_find(struct kernel_features *ret_features);

/* Look at name in dir, or at dir itself when name is "". Returns 0 or -errno. */
int snapshot_take(const struct kernel_features *features, int dir, const char *name,
		  struct snapshot *ret_snapshot);

bool snapshot_is_owned(const struct snapshot *snapshot, uid_t uid, gid_t gid);

/* What is to be done so that it belongs to uid:gid: a verdict, never GONE or FOLDER. Does not know
 * of file capabilities. With hardlinks a file's other names do not matter. */
int snapshot_judge(const struct snapshot *snapshot, uid_t uid, gid_t gid, bool hardlinks);

/* Is it the same file, and did nothing change in between? Only snapshots of a file that has settled
 * tell: file systems stamp a change with a coarse clock, so that a second one within a tick does
 * not show. */
bool snapshot_is_same(const struct snapshot *first, const struct snapshot *second);

/* For one thread. */
struct patience {
	struct timespec clock; /* some time before the next snapshot; zeroed at first */
	unsigned waits;	       /* in all */
};

/* Did its last change lie behind the clock? If not, wait a little, set the clock and return false:
 * look again. */
bool snapshot_has_settled(const struct snapshot *snapshot, struct patience *patience);

/* How often to look until something that changes all the time counts as a failure. Who keeps a
 * whole tree changing does not hold a walk up for long. */
int snapshot_looks(const struct snapshot *snapshot, const struct patience *patience);

/* Would execve(2) of this file give capabilities? "" is what the descriptor itself is of. */
bool file_has_capability(const struct snapshot *snapshot, int dir, const char *name);

#endif
