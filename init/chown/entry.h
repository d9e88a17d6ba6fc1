/* entry.h: look at one entry that is no folder, and change its owner if need be; and make a folder
 * safe for that. */
#ifndef CHOWN_ENTRY_H
#define CHOWN_ENTRY_H

#include <stdatomic.h>

#include "init/chown/folder.h"

/* What to do with everything, and what is known of the place. Const once the walk has begun. */
struct order {
	uid_t uid;
	gid_t gid;
	bool hardlinks;				  /* files with several names are changed too */
	bool (*interrupted)(const void *context); /* asked by both threads; NULL: never */
	const void *context;
	bool dry_run;
	int foreseen; /* of a dry run: -errno with which every change would fail; 0: none */
	atomic_bool *confirmed; /* a change was seen to have taken */
	struct kernel_features features;
	bool by_name; /* we are root where a folder's mode says all about who can write to it */
	bool overlay; /* files may have another st_dev than their folder */
};

/* Fill in what depends on where the walk happens: the file system of this descriptor. */
void order_set_filesystem(struct order *order, int fd, long *ret_filesystem);

/* snapshot_judge(), by this order. */
int order_judge(const struct order *order, const struct snapshot *snapshot);

/* Can nobody but root put, rename or remove entries of this folder? */
bool folder_is_roots_only(const struct order *order, const struct snapshot *snapshot);

/* Make a folder that is to be changed root's until its turn comes. That costs a change, and each
 * entry of such a folder costs a third less. Does nothing where the group or others could still
 * write, which only a change of mode would end; that could not be undone by the next run if this
 * one were killed. A run that was killed leaves the folder root's, so to be changed. */
void folder_take(const struct order *order, struct folder *folder);

/* It is not going to be changed after all. Returns 0 or -errno. */
int folder_give_back(struct folder *folder);

/* Change the owner of what was looked at: of name in fd, or of fd itself when name is "". In a dry
 * run say what that would come to, as far as it can be known. Returns 0 or -errno. */
int order_change(const struct order *order, int fd, const char *name,
		 const struct snapshot *snapshot);

/* Change the entry if it is to be changed. Returns a verdict (CHANGE: it was changed, or would be),
 * or -errno with what failed, and whether the entry is immutable; -ESTALE when it changes all the
 * time. */
int entry_visit(const struct order *order, const struct folder *folder, const char *name,
		struct patience *patience, struct ownership_failure *ret_failure);

#endif
