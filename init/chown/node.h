/* node.h: the folders that a walk knows of, with few descriptors at any depth.
 *
 * A folder keeps its descriptor until too many are open; then the one opened longest ago and not in
 * use is closed, and opened again from its nearest open ancestor when it is needed.
 */
#ifndef CHOWN_NODE_H
#define CHOWN_NODE_H

#include <stdatomic.h>

#include "init/chown/folder.h"

struct node {
	struct node *parent;
	struct node *next;	    /* in the list of work */
	struct node *older, *newer; /* in the list of open ones */
	struct node *toward;	    /* the way down, while reopening */
	struct folder folder;
	off_t position;	    /* where reading goes on after a reopening */
	unsigned pending;   /* pieces of work below that are not finished, itself included */
	unsigned users;	    /* who needs the descriptor now */
	bool opened;	    /* once: folder.snapshot is valid */
	atomic_bool failed; /* not all of it could be walked */
	char name[];	    /* the root's is PATH */
};

struct node_set {
	const struct kernel_features *features;
	struct node *oldest, *newest; /* open ones, without the root */
	unsigned open_count, open_limit;
};

void node_set_init(struct node_set *set, const struct kernel_features *features);

/* A folder that is not open yet, and itself pending. NULL: out of memory. */
struct node *node_new(struct node *parent, const char *name);

/* The descriptor is open from here to node_release(). Returns 0, or -errno: -ESTALE when the folder
 * is no longer where it was. */
int node_hold(struct node_set *set, struct node *node);
void node_release(struct node *node);

/* The folder was opened for the first time; it is held. */
void node_adopt(struct node_set *set, struct node *node, const struct folder *folder);

/* The child is done: while it is open, the parent is one step away. Without this, coming up from
 * the bottom of a deep tree would go all the way down again and again. May fail; node_hold() need
 * not. */
void node_reopen_parent(struct node_set *set, struct node *child);

/* Close what nobody uses, when the process has run out of descriptors. */
void node_set_close_idle(struct node_set *set);

/* Close and free. */
void node_free(struct node_set *set, struct node *node);

/* "ROOT/a/b/name", of a longer one "..." and the end; without a node, the name. */
void node_path(const struct node *node, const char *name, char *text, size_t size);

#endif
