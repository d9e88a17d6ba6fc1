#include "init/chown/walk.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/chown/workers.h"

#define CHUNK_SMALL 512 /* when many folders are known already: memory stays small */
#define NODES_MANY  4096
#define SEAL_LASTS  16 /* entries */
#define SEAL_PAYS   16 /* from this many entries on */

/* One entry of getdents64(2). */
struct entry {
	uint64_t ino;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* Count what became of an entry. A folder is queued by the caller. */
static void worker_count(struct worker *worker, struct node *folder, const char *name, int verdict,
			 struct ownership_failure *failure)
{
	if (verdict < 0)
		walk_fail(worker->walk, folder, name, failure);
	worker->looked_at += verdict != VERDICT_GONE && verdict != VERDICT_FOLDER;
	worker->changed += verdict == VERDICT_CHANGE;
	if (verdict >= VERDICT_LEFT)
		worker->left[verdict - VERDICT_LEFT]++;
}

static struct node *worker_new_node(struct worker *worker, struct node *folder, const char *name)
{
	struct ownership_failure failure = { .act = OWNERSHIP_OPEN, .error = ENOMEM };
	struct node *node = node_new(folder, name);

	if (!node)
		walk_fail(worker->walk, folder, name, &failure);
	return node;
}

static const struct entry *entry_at(const struct worker *worker, size_t at)
{
	return (const struct entry *)(worker->chunk + at);
}

static bool entry_is_dots(const struct entry *entry)
{
	return strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0;
}

static void chunk_queue_folders(struct worker *worker, struct node *folder, size_t length,
				bool more)
{
	struct node *children = NULL, *node;
	size_t count = 0;

	for (size_t at = 0; at < length; at += entry_at(worker, at)->length) {
		const struct entry *entry = entry_at(worker, at);

		if (entry->type != DT_DIR || entry_is_dots(entry))
			continue;
		node = worker_new_node(worker, folder, entry->name);
		if (!node)
			break;
		node->next = children;
		children = node;
		count++;
	}
	if (children || more)
		worker_queue(worker, folder, more, children, count);
}

/* An entry that was no folder when it was listed, or of which the file system does not tell. */
static void chunk_visit_entry(struct worker *worker, struct node *node, const struct folder *folder,
			      const char *name)
{
	struct ownership_failure failure = { 0 };
	int verdict = entry_visit(worker->walk->order, folder, name, &worker->clock, &failure);

	worker_count(worker, node, name, verdict, &failure);
	if (verdict == VERDICT_FOLDER) {
		struct node *child = worker_new_node(worker, node, name);

		if (child)
			worker_queue(worker, node, false, child, 1);
	}
}

/* List the entries of a chunk that are no folders. */
static size_t chunk_list(struct worker *worker, size_t length)
{
	size_t count = 0;

	for (size_t at = 0; at < length; at += entry_at(worker, at)->length)
		if (entry_at(worker, at)->type != DT_DIR && !entry_is_dots(entry_at(worker, at)))
			worker->list[count++] = (uint16_t)at;
	return count;
}

/* By inode number, which is how a file system lays inodes out; names come in the order of a hash. A
 * shell sort: in place, small, and fast on what is nearly sorted.
 */
static void list_sort(struct worker *worker, size_t count)
{
	static const uint16_t gaps[] = { 701, 301, 132, 57, 23, 10, 4, 1 };
	uint16_t *list = worker->list;

	for (size_t g = 0; g < sizeof(gaps) / sizeof(*gaps); g++)
		for (size_t i = gaps[g], gap = gaps[g]; i < count; i++) {
			uint16_t at = list[i];
			uint64_t ino = entry_at(worker, at)->ino;
			size_t to = i;

			for (; to >= gap && entry_at(worker, list[to - gap])->ino > ino; to -= gap)
				list[to] = list[to - gap];
			list[to] = at;
		}
}

static void chunk_visit(struct worker *worker, struct node *node, size_t length)
{
	const struct order *order = worker->walk->order;
	const size_t count = chunk_list(worker, length);
	struct folder folder;

	list_sort(worker, count);
	if (count >= SEAL_PAYS)
		folder_seal(order, &node->folder);
	folder = node->folder;
	for (size_t i = 0; i < count && worker_pause(worker); i++) {
		struct look look;

		/* Another run over the same tree may have handed the folder over meanwhile. */
		if (folder.sealed && i % SEAL_LASTS == 0)
			folder.sealed = look_at(&order->means, folder.fd, "", &look) == 0 &&
					folder_is_sealed(order, &look);
		chunk_visit_entry(worker, node, &folder, entry_at(worker, worker->list[i])->name);
	}
}

/* Read and handle what the folder holds. After a full chunk the rest is queued, for whoever is
 * free. */
static void folder_read(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;
	bool more = false;

	while (!more && worker_pause(worker)) {
		size_t size = walk->node_count > NODES_MANY ? CHUNK_SMALL : CHUNK;
		long length = syscall(SYS_getdents64, node->folder.fd, worker->chunk, size);

		if (length < 0 && errno != ENOENT) /* ENOENT: the folder was removed */
			node_fail(walk, node, OWNERSHIP_READ, -errno);
		if (length <= 0)
			break;
		more = (size_t)length > size / 2;
		chunk_queue_folders(worker, node, (size_t)length, more);
		chunk_visit(worker, node, (size_t)length);
	}
}

/* The name does not open as a folder. */
static void folder_unopened(struct worker *worker, struct node *node, int error)
{
	struct ownership_failure failure = { .act = OWNERSHIP_OPEN, .error = -error };
	int verdict = error;

	node->failed = true;
	if (error == -ENOENT)
		verdict = VERDICT_GONE;
	if (error == -EXDEV)
		verdict = VERDICT_LEFT + LEFT_MOUNT;
	if (error == -ENOTDIR || error == -ELOOP)
		verdict = entry_visit(worker->walk->order, &node->parent->folder, node->name,
				      &worker->clock, &failure);
	if (verdict == VERDICT_FOLDER)
		verdict = error; /* it changes faster than we can look */
	worker_count(worker, node->parent, node->name, verdict, &failure);
}

static int folder_open_held(struct walk *walk, struct node *node, struct folder *ret_folder)
{
	int r = folder_open(&walk->order->means, &node->parent->folder, node->name, ret_folder);

	if (r != -EMFILE && r != -ENFILE)
		return r;
	pthread_mutex_lock(&walk->lock);
	node_set_close_idle(&walk->nodes);
	pthread_mutex_unlock(&walk->lock);
	return folder_open(&walk->order->means, &node->parent->folder, node->name, ret_folder);
}

/* Open it for the first time and hold it. Returns whether that worked. */
static bool folder_enter(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;
	struct folder folder;
	int r = walk_hold(walk, node->parent);

	if (r < 0) {
		node_fail(walk, node, OWNERSHIP_OPEN, r);
		return false;
	}
	r = folder_open_held(walk, node, &folder);
	if (r < 0)
		folder_unopened(worker, node, r);
	pthread_mutex_lock(&walk->lock);
	node_release(node->parent);
	if (r == 0) {
		folder.sealed = folder_is_sealed(walk->order, &folder.look);
		node_adopt(&walk->nodes, node, &folder);
	}
	pthread_mutex_unlock(&walk->lock);
	worker->looked_at += r == 0;
	return r == 0;
}

/* Hold the folder, open for the first time or again. Returns whether that worked. */
static bool folder_begin(struct worker *worker, struct node *node)
{
	int r;

	if (!node->opened)
		return folder_enter(worker, node);
	r = walk_hold(worker->walk, node);
	if (r < 0)
		node_fail(worker->walk, node, OWNERSHIP_READ, r);
	return r == 0;
}

static void folder_work(struct worker *worker, struct node *node)
{
	if (!worker_pause(worker) || !folder_begin(worker, node))
		return;
	folder_read(worker, node);
	walk_release(worker->walk, node);
}

/* Returns 0 or -errno. */
static int folder_set_owner(const struct order *order, struct folder *folder)
{
	return fchown(folder->fd, order->uid, order->gid) ? -errno : 0;
}

/* All below is done: the folder itself. It was judged when it was opened, and a descriptor of a
 * folder stands for the same folder for ever. What could not be done whole keeps its owner.
 */
static void folder_finish(struct worker *worker, struct node *node)
{
	struct walk *walk = worker->walk;
	const struct order *order = walk->order;
	const bool change =
		!walk->stop && !node->failed &&
		look_judge(&node->folder.look, order->uid, order->gid) == VERDICT_CHANGE;
	int r = 0;

	if (!order->dry_run && (change || node->folder.taken)) {
		r = walk_hold(walk, node);
		if (r == 0) {
			r = change ? folder_set_owner(order, &node->folder)
				   : folder_give_back(&node->folder);
			walk_release(walk, node);
		}
		if (r < 0)
			node_fail(walk, node, OWNERSHIP_CHANGE, r);
	}
	worker->changed += change && r == 0;
}

void report_fail(struct ownership_report *report, const struct ownership_failure *failure)
{
	if (report->failed < OWNERSHIP_FAILURES)
		report->failures[report->failed] = *failure;
	report->failed++;
}

int walk_below(const struct order *order, struct folder *root, const char *path,
	       const struct walk_manners *manners, struct ownership_report *report)
{
	struct walk walk = { .order = order,
			     .manners = manners,
			     .report = report,
			     .work = folder_work,
			     .finish = folder_finish,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .wake = PTHREAD_COND_INITIALIZER };
	size_t size = 2 * sizeof(struct worker);

	/* Not from the heap: PID 1 stays small only if this goes back to the system. */
	walk.workers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (walk.workers == MAP_FAILED)
		return -errno; /* cppcheck-suppress memleak ; MAP_FAILED is nothing to give back */
	walk_run(&walk, root, path);
	munmap(walk.workers, size);
	return walk.stop;
}
