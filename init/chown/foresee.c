/* What becomes of one file: for --check. */
#include "init/chown/ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/chown/entry.h"
#include "init/chown/report.h"
#include "init/chown/root.h"

/* A --chown and the file that is asked about. */
struct view {
	const struct chown_spec *spec;
	struct order order;
	struct snapshot root, file;
	char path[PATH_MAX]; /* of the file, without links */
	bool below_mount;    /* or is one */
};

static int view_open_root(struct view *view)
{
	struct ownership_link link;
	long filesystem;
	int r, fd = root_open(view->spec->path, ROOT_REQUIRED, &link);

	if (fd < 0)
		return fd;
	order_set_filesystem(&view->order, fd, &filesystem);
	r = snapshot_take(&view->order.features, fd, "", &view->root);
	close(fd);
	return r;
}

/* "/a/b" becomes "/a", and "/a" "/". */
static void path_go_up(char *path)
{
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0';
}

static bool snapshot_is_of(const struct snapshot *a, const struct snapshot *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

/* Is the file the root, or below it? Climbs, since a path may be spelt in many ways. */
static bool view_is_covered(struct view *view)
{
	const struct kernel_features *features = &view->order.features;
	struct snapshot at = view->file, above;
	char folder[PATH_MAX];

	memcpy(folder, view->path, sizeof(folder));
	while (!snapshot_is_of(&at, &view->root)) {
		if (!strcmp(folder, "/"))
			return false;
		path_go_up(folder);
		if (snapshot_take(features, AT_FDCWD, folder, &above) < 0)
			return false;
		view->below_mount |= features->mount_roots
					     ? at.mount_root
					     : !view->order.overlay && at.dev != above.dev;
		at = above;
	}
	return true;
}

/* Why the file, which is the root or below it, is left as it is; NULL: it is not. */
static const char *view_left(const struct view *view)
{
	const struct order *order = &view->order;
	int verdict;

	if (view->below_mount)
		return left_format(LEFT_MOUNT);
	if (view->spec->root_mismatch && snapshot_is_owned(&view->root, order->uid, order->gid))
		return "policy=root-mismatch: PATH is the owner's, so nothing in it is looked at";
	verdict = order_judge(order, &view->file);
	if (verdict == VERDICT_CHANGE && file_has_capability(&view->file, AT_FDCWD, view->path))
		verdict = VERDICT_LEFT + LEFT_CAPABILITY;
	return verdict < VERDICT_LEFT ? NULL : left_format(verdict - VERDICT_LEFT);
}

static void forecast_covered(struct view *view, struct ownership_forecast *forecast)
{
	const struct chown_spec *spec = view->spec;
	const bool is_root = snapshot_is_of(&view->file, &view->root);

	view->file.mount_root &= !is_root;
	forecast->covered = true;
	if (snapshot_is_owned(&view->file, view->order.uid, view->order.gid))
		forecast->why_left = NULL;
	else
		forecast->why_left = view_left(view);
	if (!forecast->why_left) {
		forecast->uid = view->order.uid;
		forecast->gid = view->order.gid;
	}
	if (is_root && spec->mode != MODE_UNSET)
		forecast->mode = (forecast->mode & S_IFMT) | spec->mode;
}

/* Is b the same path as a, or does it begin with it? Slashes count once, and not at the end. */
static bool path_begins(const char *a, const char *b, bool *ret_same)
{
	for (;;) {
		const size_t slashes = strspn(a, "/"), others = strspn(b, "/");

		a += slashes;
		b += others;
		*ret_same = !*a && !*b;
		if (!*a)
			return !*b || others;
		if (!slashes != !others || *a++ != *b++)
			return false;
	}
}

/* It is not there. Will PATH's making make it? */
static void forecast_missing(const struct chown_spec *spec, const char *path,
			     struct ownership_forecast *forecast)
{
	struct ownership_link link;
	bool same = false;
	int fd = root_open(spec->path, ROOT_TRIED, &link);

	if (fd >= 0)
		close(fd);
	if (fd != -ENOENT || !spec->mkdir || !path_begins(path, spec->path, &same))
		return;
	*forecast = (struct ownership_forecast){ .covered = same,
						 .exists = true,
						 .made = true,
						 .uid = same ? spec->owner.uid : geteuid(),
						 .gid = same ? spec->owner.gid : getegid(),
						 .mode = S_IFDIR | 0755 /* less the umask */ };
	if (same && spec->mode != MODE_UNSET)
		forecast->mode = S_IFDIR | spec->mode;
}

int ownership_foresee(const struct chown_spec *spec, const char *path,
		      struct ownership_forecast *ret_forecast)
{
	struct view view = { .spec = spec,
			     .order = { .uid = spec->owner.uid,
					.gid = spec->owner.gid,
					.hardlinks = spec->hardlinks } };
	struct ownership_forecast forecast = { 0 };
	int r;

	kernel_features_find(&view.order.features);
	if (!realpath(path, view.path)) {
		if (errno != ENOENT)
			return -errno;
		forecast_missing(spec, path, &forecast);
		*ret_forecast = forecast;
		return 0;
	}
	r = snapshot_take(&view.order.features, AT_FDCWD, view.path, &view.file);
	if (r < 0)
		return r;
	forecast = (struct ownership_forecast){
		.exists = true, .uid = view.file.uid, .gid = view.file.gid, .mode = view.file.mode
	};
	if (view_open_root(&view) == 0 && view_is_covered(&view))
		forecast_covered(&view, &forecast);
	*ret_forecast = forecast;
	return 0;
}
