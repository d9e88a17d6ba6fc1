/* ownership_entry.h: look at one entry that is no folder, and change its owner if need be. */
#ifndef OWNERSHIP_ENTRY_H
#define OWNERSHIP_ENTRY_H

#include "init/chown/folder.h"

/* What to do with everything, and what is known of the place. Const once the walk has begun. */
struct order {
	uid_t uid;
	gid_t gid;
	bool dry_run;
	struct look_means means;
	bool sealable; /* here a folder's mode says all about who can write to it */
	bool overlay;  /* files may have another st_dev than their folder */
};

/* Fill in what depends on where the walk happens: the file system of this descriptor. */
void order_set_filesystem(struct order *order, int fd, long *ret_filesystem);

/* Can nobody but root put, rename or remove entries of this folder? */
bool folder_is_sealed(const struct order *order, const struct look *look);

/* Make a sealed folder of one that is to be changed: it is root's until its turn comes. That costs
 * a change, and each entry of a sealed folder costs a third less. Does nothing where the group or
 * others could still write, which only a change of mode would end; that could not be undone by the
 * next run if this one were killed. A run that was killed leaves the folder root's, so to be
 * changed.
 */
void folder_seal(const struct order *order, struct folder *folder);

/* It is not going to be changed after all. Returns 0 or -errno. */
int folder_give_back(struct folder *folder);

/* Change the entry if it is to be changed. The clock is look_clock()'s from some time before; it is
 * set again where that is too long ago. Returns a verdict (CHANGE: it was changed, or would be), or
 * -errno with what failed, and whether the entry is immutable; -ESTALE when it changes all the
 * time.
 */
int entry_visit(const struct order *order, const struct folder *folder, const char *name,
		struct timespec *clock, struct ownership_failure *ret_failure);

#endif
