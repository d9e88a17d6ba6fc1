#include "init/chown/visit.h"

#include <errno.h>

#define NODES_MANY  4096
#define TAKING_PAYS 16 /* from this many entries on */
#define ROOTS_LASTS 16 /* entries */

/* --- opening -------------------------------------------------------------------------------- */

/* Is the root of this mount the user's as it is? */
static bool mount_is_owned(const struct order *order, const struct node *node)
{
	struct snapshot root;

	return folder_look(&order->features, &node->parent->folder, node->name, &root) == 0 &&
	       snapshot_is_owned(&root, order->uid, order->gid);
}

/* The name, in its parent, which is held, does not open as a folder: what is it? */
static void folder_unopened(struct worker *worker, struct node *node, int error)
{
	const struct order *order = worker->walk->order;
	struct ownership_failure failure = { .act = OWNERSHIP_OPEN, .error = -error };
	int verdict = error;

	node->failed = true;
	if (error == -ENOENT)
		verdict = VERDICT_GONE;
	if (error == -EXDEV)
		verdict = mount_is_owned(order, node) ? VERDICT_RIGHT : VERDICT_LEFT + LEFT_MOUNT;
	if (error == -ENOTDIR || error == -ELOOP)
		verdict = entry_visit(order, &node->parent->folder, node->name, &worker->patience,
				      &failure);
	if (verdict == VERDICT_FOLDER)
		verdict = error; /* it changes faster than we can look */
	worker_count(worker, node->parent, node->name, verdict, &failure);
}

static int folder_open_held(struct walk *walk, struct node *node, struct folder *ret_folder)
{
	const struct kernel_features *features = &walk->order->features;
	int r = folder_open(features, &node->parent->folder, node->name, ret_folder);

	if (r != -EMFILE && r != -ENFILE)
		return r;
	pthread_mutex_lock(&walk->lock);
	node_set_close_idle(&walk->nodes);
	pthread_mutex_unlock(&walk->lock);
	return folder_open(features, &node->parent->folder, node->name, ret_folder);
}

/* Open it for the first time and hold it. Returns whether that worked. */
static bool folder_enter(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;
	struct folder folder;
	int r = worker_hold(worker, node->parent);

	if (r < 0) {
		worker_fail(worker, node, OWNERSHIP_OPEN, r);
		return false;
	}
	r = folder_open_held(walk, node, &folder);
	if (r < 0)
		folder_unopened(worker, node, r);
	pthread_mutex_lock(&walk->lock);
	node_release(node->parent);
	if (r == 0) {
		folder.roots_only = folder_is_roots_only(walk->order, &folder.snapshot);
		node_adopt(&walk->nodes, node, &folder);
		worker->looked_at++;
	}
	pthread_mutex_unlock(&walk->lock);
	return r == 0;
}

bool folder_begin(struct worker *worker, struct node *node)
{
	int r;

	if (!node->opened)
		return folder_enter(worker, node);
	r = worker_hold(worker, node);
	if (r < 0)
		worker_fail(worker, node, OWNERSHIP_READ, r);
	return r == 0;
}

/* --- what it holds -------------------------------------------------------------------------- */

/* Another folder below it, in front of the list. */
static struct node *child_add(struct worker *worker, struct node *folder, const char *name,
			      struct node *list)
{
	const struct ownership_failure failure = { .act = OWNERSHIP_OPEN, .error = ENOMEM };
	struct node *node = node_new(folder, name);

	if (!node) {
		worker_count(worker, folder, name, -ENOMEM, &failure);
		return list;
	}
	node->next = list;
	return node;
}

struct node *folder_list(struct worker *worker, struct node *node)
{
	const bool many = worker->walk->node_count > NODES_MANY;
	struct listing *listing = &worker->listing;
	struct node *children = NULL;
	const int r = listing_read(listing, node->folder.fd, many ? LISTING_SMALL : LISTING_SIZE);

	if (r < 0)
		worker_fail(worker, node, OWNERSHIP_READ, r);
	if (listing->entry_count >= TAKING_PAYS)
		folder_take(worker->walk->order, &node->folder);
	worker->folder = node->folder;
	for (size_t i = 0; i < listing->folder_count && !worker->walk->stop; i++)
		children = child_add(worker, node, listing->folders[i].name, children);
	return children;
}

/* An entry that was no folder when it was listed, or of which the file system does not tell. */
static struct node *entry_do(struct worker *worker, struct node *node, const char *name,
			     struct node *found)
{
	struct ownership_failure failure = { 0 };
	int verdict = entry_visit(worker->walk->order, &worker->folder, name, &worker->patience,
				  &failure);

	if (verdict == VERDICT_FOLDER)
		return child_add(worker, node, name, found);
	worker_count(worker, node, name, verdict, &failure);
	return found;
}

struct node *folder_visit(struct worker *worker, struct node *node)
{
	const struct order *order = worker->walk->order;
	const struct listing *listing = &worker->listing;
	struct folder *folder = &worker->folder;
	struct node *found = NULL;

	for (size_t i = 0; i < listing->entry_count && worker_go_on(worker); i++) {
		struct snapshot now;

		/* Another run over the same tree may have handed the folder over meanwhile. */
		if (folder->roots_only && i % ROOTS_LASTS == 0)
			folder->roots_only =
				snapshot_take(&order->features, folder->fd, "", &now) == 0 &&
				folder_is_roots_only(order, &now);
		found = entry_do(worker, node, listing->entries[i].name, found);
	}
	return found;
}

/* --- itself --------------------------------------------------------------------------------- */

void folder_finish(struct worker *worker, struct node *node)
{
	const struct order *order = worker->walk->order;
	struct folder *folder = &node->folder;
	const bool change = !worker->walk->stop && !node->failed &&
			    order_judge(order, &folder->snapshot) == VERDICT_CHANGE;
	int r;

	if (!change && !folder->taken)
		return;
	r = worker_hold(worker, node);
	if (r == 0) {
		r = change ? order_change(order, folder->fd, "", &folder->snapshot)
			   : folder_give_back(folder);
		worker_release(worker, node);
	}
	if (r < 0)
		worker_fail(worker, node, OWNERSHIP_CHANGE, r);
	worker->changed += change && r == 0;
}
