#include "init/chown/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define OPEN_LIMIT 256

void node_set_init(struct node_set *set, const struct kernel_features *features)
{
	struct rlimit limit = { .rlim_cur = 64 };

	(void)getrlimit(RLIMIT_NOFILE, &limit); /* cannot fail; and 64 is enough */
	*set = (struct node_set){ .features = features, .open_limit = OPEN_LIMIT };
	if (limit.rlim_cur / 4 < OPEN_LIMIT)
		set->open_limit = (unsigned)limit.rlim_cur / 4;
}

struct node *node_new(struct node *parent, const char *name)
{
	size_t size = strlen(name) + 1;
	struct node *node = calloc(1, sizeof(*node) + size);

	if (!node)
		return NULL;
	node->parent = parent;
	node->folder.fd = -1;
	node->pending = 1;
	memcpy(node->name, name, size);
	return node;
}

static void node_unlist(struct node_set *set, struct node *node)
{
	*(node->older ? &node->older->newer : &set->oldest) = node->newer;
	*(node->newer ? &node->newer->older : &set->newest) = node->older;
	node->older = node->newer = NULL;
	set->open_count--;
}

static void node_close(struct node_set *set, struct node *node)
{
	node_unlist(set, node);
	node->position = lseek(node->folder.fd, 0, SEEK_CUR);
	folder_close(&node->folder);
}

static void node_set_close_down_to(struct node_set *set, unsigned limit)
{
	struct node *newer;

	for (struct node *node = set->oldest; node && set->open_count > limit; node = newer) {
		newer = node->newer;
		if (node->users == 0)
			node_close(set, node);
	}
}

void node_set_close_idle(struct node_set *set)
{
	node_set_close_down_to(set, 0);
}

static void node_list(struct node_set *set, struct node *node)
{
	node->older = set->newest;
	*(set->newest ? &set->newest->newer : &set->oldest) = node;
	set->newest = node;
	set->open_count++;
}

void node_adopt(struct node_set *set, struct node *node, const struct folder *folder)
{
	node->folder = *folder;
	node->opened = true;
	node->users++;
	node_list(set, node);
	node_set_close_down_to(set, set->open_limit);
}

/* What was judged stays judged, and reading goes on where it was. */
static int node_resume(struct node_set *set, struct node *node, struct folder *folder)
{
	if (folder->snapshot.dev != node->folder.snapshot.dev ||
	    folder->snapshot.ino != node->folder.snapshot.ino ||
	    lseek(folder->fd, node->position, SEEK_SET) < 0) {
		folder_close(folder);
		return -ESTALE;
	}
	folder->snapshot = node->folder.snapshot;
	folder->roots_only = node->folder.roots_only;
	folder->taken = node->folder.taken;
	node_adopt(set, node, folder);
	node_release(node);
	return 0;
}

/* The parent is open. The name must still lead to the folder that we have looked at. */
static int node_reopen(struct node_set *set, struct node *node)
{
	struct folder folder;
	int r;

	node->parent->users++;
	r = folder_open(set->features, &node->parent->folder, node->name, &folder);
	node->parent->users--;
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR || r == -ELOOP ? -ESTALE : r;
	return node_resume(set, node, &folder);
}

void node_reopen_parent(struct node_set *set, struct node *child)
{
	struct node *parent = child->parent;
	struct folder folder;

	if (parent->folder.fd >= 0 || child->folder.fd < 0 || parent->folder.as_owner)
		return;
	if (folder_open_above(set->features, &child->folder, &folder) == 0)
		(void)node_resume(set, parent, &folder);
}

int node_hold(struct node_set *set, struct node *node)
{
	struct node *at = node;
	int r = 0;

	for (; at->folder.fd < 0; at = at->parent)
		at->parent->toward = at;
	while (at != node && r == 0) {
		at = at->toward;
		r = node_reopen(set, at);
	}
	if (r == 0)
		node->users++;
	return r;
}

void node_release(struct node *node)
{
	node->users--;
}

void node_free(struct node_set *set, struct node *node)
{
	if (node->folder.fd >= 0) {
		node_unlist(set, node);
		folder_close(&node->folder);
	}
	free(node);
}

void node_path(const struct node *node, const char *name, char *text, size_t size)
{
	size_t at = size - 1;

	text[at] = '\0';
	for (;;) {
		size_t length = strlen(name);

		if (length + sizeof("/...") > at) {
			memcpy(text, "...", 3);
			memmove(text + 3, text + at, size - at);
			return;
		}
		at -= length;
		memcpy(text + at, name, length);
		if (!node)
			break;
		text[--at] = '/';
		name = node->name;
		node = node->parent;
	}
	memmove(text, text + at, size - at);
}
