#include "init/chown/entry.h"

#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"
#include "init/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* Elsewhere (NFS, ZFS, CIFS, FUSE) an access list that the mode does not show may let others in,
 * and what is known here may be old. */
static bool filesystem_is_local(long type)
{
	static const long local[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
				      F2FS_SUPER_MAGIC, TMPFS_MAGIC,	 OVERLAYFS_SUPER_MAGIC };

	for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++)
		if (type == local[i])
			return true;
	return false;
}

/* Without a look that tells mounts, a file must be opened to know that it is none. */
void order_set_filesystem(struct order *order, int fd, long *ret_filesystem)
{
	struct statfs fs = { 0 };
	const bool local = fstatfs(fd, &fs) == 0 && filesystem_is_local(fs.f_type);

	order->overlay = fs.f_type == OVERLAYFS_SUPER_MAGIC;
	order->features.ask_server = !local;
	order->by_name = local && order->features.mount_roots && geteuid() == 0;
	*ret_filesystem = fs.f_type;
}

int order_judge(const struct order *order, const struct snapshot *snapshot)
{
	return snapshot_judge(snapshot, order->uid, order->gid, order->hardlinks);
}

/* The group bits are the mask of a POSIX access list, so they bound its named entries too. */
bool folder_is_roots_only(const struct order *order, const struct snapshot *snapshot)
{
	return order->by_name && snapshot->uid == 0 && !(snapshot->mode & (S_IWGRP | S_IWOTH));
}

void folder_take(const struct order *order, struct folder *folder)
{
	struct snapshot roots = folder->snapshot;

	roots.uid = 0;
	if (folder->roots_only || folder->taken || folder->as_owner || order->dry_run ||
	    !folder_is_roots_only(order, &roots) ||
	    order_judge(order, &folder->snapshot) != VERDICT_CHANGE)
		return;
	folder->taken = fchown(folder->fd, 0, (gid_t)-1) == 0;
	/* Its owner could change the mode until now. Calls that were under way hold the folder's
	 * lock, which fchown(2) waited for; later ones ask for the permission under it. */
	folder->roots_only = folder->taken &&
			     snapshot_take(&order->features, folder->fd, "", &roots) == 0 &&
			     folder_is_roots_only(order, &roots);
}

int folder_give_back(struct folder *folder)
{
	if (!folder->taken)
		return 0;
	folder->taken = folder->roots_only = false;
	return fchown(folder->fd, folder->snapshot.uid, (gid_t)-1) ? -errno : 0;
}

static int change_foresee(const struct order *order, const struct snapshot *snapshot)
{
	if (order->foreseen)
		return order->foreseen;
	if (!capabilities_have(CAP_CHOWN) && snapshot->uid != geteuid())
		return -EPERM;
	return snapshot->immutable ? -EPERM : 0;
}

/* Container builders have filters that answer chown(2) with 0 and do nothing: they do so each time,
 * so one look is enough. */
static int change_confirm(const struct order *order, int fd, const char *name,
			  const struct snapshot *before)
{
	struct snapshot after;
	const int r = snapshot_take(&order->features, fd, name, &after);

	if (r < 0 || after.dev != before->dev || after.ino != before->ino)
		return 0; /* it is gone, and another will be looked at */
	if (!snapshot_is_owned(&after, order->uid, order->gid))
		return -ENOEFFECT;
	*order->confirmed = true;
	return 0;
}

int order_change(const struct order *order, int fd, const char *name,
		 const struct snapshot *snapshot)
{
	int r = 0;

	if (order->dry_run)
		return change_foresee(order, snapshot);
	if (!*name)
		r = file_give(fd, order->uid, order->gid);
	else if (fchownat(fd, name, order->uid, order->gid, AT_SYMLINK_NOFOLLOW))
		r = -errno;
	if (r < 0)
		return r;
	return *order->confirmed ? 0 : change_confirm(order, fd, name, snapshot);
}

static int entry_judge(const struct order *order, const struct folder *folder, const char *name,
		       const struct snapshot *snapshot)
{
	const bool elsewhere = !order->overlay && snapshot->dev != folder->snapshot.dev;
	int verdict;

	if (S_ISDIR(snapshot->mode))
		return VERDICT_FOLDER;
	if (elsewhere && !order->features.mount_roots)
		return VERDICT_LEFT + LEFT_MOUNT;
	verdict = order_judge(order, snapshot);
	if (verdict == VERDICT_CHANGE && folder_has_capability(folder, name, snapshot))
		return VERDICT_LEFT + LEFT_CAPABILITY;
	return verdict;
}

static int entry_fail(struct ownership_failure *failure, enum ownership_act act, int error,
		      bool immutable)
{
	failure->act = act;
	failure->error = -error;
	failure->immutable = immutable;
	return error;
}

/* What is opened here must be what was looked at by name, unchanged: the name was that file's then,
 * and its only one. A look at the number of links alone would not do: a file that was linked here
 * and unlinked again since it was opened has one link, and that is somebody else's. */
static int pin_change(const struct order *order, const struct snapshot *seen, int pin,
		      struct ownership_failure *ret_failure)
{
	struct snapshot now;
	int r = snapshot_take(&order->features, pin, "", &now);

	if (r < 0)
		return entry_fail(ret_failure, OWNERSHIP_LOOK, r, false);
	if (!snapshot_is_same(seen, &now))
		return -EAGAIN;
	r = order_change(order, pin, "", seen);
	return r < 0 ? entry_fail(ret_failure, OWNERSHIP_CHANGE, r, now.immutable) : VERDICT_CHANGE;
}

static int entry_change_pinned(const struct order *order, const struct folder *folder,
			       const char *name, const struct snapshot *seen,
			       struct ownership_failure *ret_failure)
{
	int r, pin = folder_pin(&order->features, folder, name);

	if (pin == -ENOENT)
		return VERDICT_GONE;
	if (pin == -EXDEV)
		return VERDICT_LEFT + LEFT_MOUNT;
	if (pin < 0)
		return entry_fail(ret_failure, OWNERSHIP_OPEN, pin, false);
	r = pin_change(order, seen, pin, ret_failure);
	close(pin);
	return r;
}

/* By name, which costs half as much: right only where nobody but root can make the name stand for
 * something else between the look and the change, and in a dry run. */
static int entry_change_by_name(const struct order *order, const struct folder *folder,
				const char *name, const struct snapshot *snapshot,
				struct ownership_failure *ret_failure)
{
	const int r = order_change(order, folder->fd, name, snapshot);

	if (r == -ENOENT)
		return VERDICT_GONE;
	return r < 0 ? entry_fail(ret_failure, OWNERSHIP_CHANGE, r, snapshot->immutable)
		     : VERDICT_CHANGE;
}

int entry_visit(const struct order *order, const struct folder *folder, const char *name,
		struct patience *patience, struct ownership_failure *ret_failure)
{
	struct snapshot snapshot;
	int tries = 0;

	do {
		int verdict, r = folder_look(&order->features, folder, name, &snapshot);

		if (r == -ENOENT)
			return VERDICT_GONE;
		if (r < 0)
			return entry_fail(ret_failure, OWNERSHIP_LOOK, r, false);
		verdict = entry_judge(order, folder, name, &snapshot);
		if (verdict != VERDICT_CHANGE)
			return verdict;
		if (folder->roots_only || order->dry_run)
			return entry_change_by_name(order, folder, name, &snapshot, ret_failure);
		r = -EAGAIN;
		if (snapshot_has_settled(&snapshot, patience))
			r = entry_change_pinned(order, folder, name, &snapshot, ret_failure);
		if (r != -EAGAIN)
			return r;
	} while (++tries < snapshot_looks(&snapshot, patience));
	return entry_fail(ret_failure, OWNERSHIP_CHANGE, -ESTALE, false);
}
