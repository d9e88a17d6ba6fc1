#include "init/chown/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* Elsewhere (NFS, ZFS, CIFS, FUSE) an access list that the mode does not show may let others in. */
void order_set_filesystem(struct order *order, int fd, long *ret_filesystem)
{
	static const long sealable[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
					 F2FS_SUPER_MAGIC, TMPFS_MAGIC,	    OVERLAYFS_SUPER_MAGIC };
	struct statfs fs = { 0 };

	*ret_filesystem = fstatfs(fd, &fs) ? 0 : (long)fs.f_type;
	order->overlay = *ret_filesystem == OVERLAYFS_SUPER_MAGIC;
	order->sealable = false;
	for (size_t i = 0; i < sizeof(sealable) / sizeof(*sealable); i++)
		order->sealable |= *ret_filesystem == sealable[i];
	/* Without a look that tells mounts, a file must be opened to know that it is none. */
	order->sealable &= order->means.mounts && geteuid() == 0;
}

/* The group bits are the mask of a POSIX access list, so they bound its named entries too. */
bool folder_is_sealed(const struct order *order, const struct look *look)
{
	return order->sealable && look->uid == 0 && !(look->mode & (S_IWGRP | S_IWOTH));
}

void folder_seal(const struct order *order, struct folder *folder)
{
	struct look look = folder->look;

	look.uid = 0;
	if (folder->sealed || folder->taken || folder->borrowed || order->dry_run ||
	    !folder_is_sealed(order, &look) ||
	    look_judge(&folder->look, order->uid, order->gid) != VERDICT_CHANGE)
		return;
	folder->taken = fchown(folder->fd, 0, (gid_t)-1) == 0;
	/* Its owner could change the mode until now. Calls that were under way hold the folder's
	 * lock, which fchown(2) waited for; later ones ask for the permission under it. */
	folder->sealed = folder->taken && look_at(&order->means, folder->fd, "", &look) == 0 &&
			 folder_is_sealed(order, &look);
}

int folder_give_back(struct folder *folder)
{
	if (!folder->taken)
		return 0;
	folder->taken = folder->sealed = false;
	return fchown(folder->fd, folder->look.uid, (gid_t)-1) ? -errno : 0;
}

static int entry_judge(const struct order *order, const struct folder *folder, const char *name,
		       const struct look *look)
{
	bool elsewhere = !order->overlay && look->dev != folder->look.dev;
	int verdict;

	if (S_ISDIR(look->mode))
		return VERDICT_FOLDER;
	if (elsewhere && !order->means.mounts)
		return VERDICT_LEFT + LEFT_MOUNT;
	verdict = look_judge(look, order->uid, order->gid);
	if (verdict == VERDICT_CHANGE && look_has_capability(look, folder->fd, name))
		return VERDICT_LEFT + LEFT_CAPABILITY;
	return verdict;
}

static int entry_fail(struct ownership_failure *failure, enum ownership_act act, int error,
		      bool fixed)
{
	failure->act = act;
	failure->error = -error;
	failure->fixed = fixed;
	return error;
}

/* What is opened here must be what was looked at by name, unchanged: the name was that file's then,
 * and its only one. A look at the number of links alone would not do: a file that was linked here
 * and unlinked again since it was opened has one link, and that is somebody else's.
 */
static int pin_change(const struct order *order, const struct look *seen, int pin,
		      struct ownership_failure *ret_failure)
{
	struct look look;
	int r = look_at(&order->means, pin, "", &look);

	if (r < 0)
		return entry_fail(ret_failure, OWNERSHIP_LOOK, r, false);
	if (!look_is_same(seen, &look))
		return -EAGAIN;
	if (fchownat(pin, "", order->uid, order->gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return entry_fail(ret_failure, OWNERSHIP_CHANGE, -errno, look.fixed);
	return VERDICT_CHANGE;
}

static int entry_change_pinned(const struct order *order, const struct folder *folder,
			       const char *name, const struct look *seen,
			       struct ownership_failure *ret_failure)
{
	int r, pin = folder_pin(&order->means, folder, name);

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
 * something else between the look and the change.
 */
static int entry_change_sealed(const struct order *order, const struct folder *folder,
			       const char *name, const struct look *look,
			       struct ownership_failure *ret_failure)
{
	if (fchownat(folder->fd, name, order->uid, order->gid, AT_SYMLINK_NOFOLLOW) == 0)
		return VERDICT_CHANGE;
	if (errno == ENOENT)
		return VERDICT_GONE;
	return entry_fail(ret_failure, OWNERSHIP_CHANGE, -errno, look->fixed);
}

int entry_visit(const struct order *order, const struct folder *folder, const char *name,
		struct timespec *clock, struct ownership_failure *ret_failure)
{
	struct look look;
	int tries = 0;

	do {
		int verdict, r = folder_look(&order->means, folder, name, &look);

		if (r == -ENOENT)
			return VERDICT_GONE;
		if (r < 0)
			return entry_fail(ret_failure, OWNERSHIP_LOOK, r, false);
		verdict = entry_judge(order, folder, name, &look);
		if (verdict != VERDICT_CHANGE || order->dry_run)
			return verdict;
		if (folder->sealed)
			return entry_change_sealed(order, folder, name, &look, ret_failure);
		r = -EAGAIN;
		if (look_settles(&look, clock))
			r = entry_change_pinned(order, folder, name, &look, ret_failure);
		if (r != -EAGAIN)
			return r;
	} while (++tries < look_patience(&look));
	return entry_fail(ret_failure, OWNERSHIP_CHANGE, -ESTALE, false);
}
