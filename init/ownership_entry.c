#include "init/ownership_entry.h"

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

/* Through a descriptor: what is looked at here is what is changed, whatever happens to the name. */
static int pin_change(const struct order *order, const struct folder *folder, const char *name,
		      int pin, struct ownership_failure *ret_failure)
{
	struct look look;
	int verdict, r = look_at(&order->means, pin, "", &look);

	if (r < 0)
		return entry_fail(ret_failure, OWNERSHIP_LOOK, r, false);
	verdict = entry_judge(order, folder, name, &look);
	if (verdict == VERDICT_CHANGE &&
	    fchownat(pin, "", order->uid, order->gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return entry_fail(ret_failure, OWNERSHIP_CHANGE, -errno, look.fixed);
	return verdict;
}

static int entry_change_pinned(const struct order *order, const struct folder *folder,
			       const char *name, struct ownership_failure *ret_failure)
{
	int r, pin = folder_pin(&order->means, folder, name);

	if (pin == -ENOENT)
		return VERDICT_GONE;
	if (pin == -EXDEV)
		return VERDICT_LEFT + LEFT_MOUNT;
	if (pin < 0)
		return entry_fail(ret_failure, OWNERSHIP_OPEN, pin, false);
	r = pin_change(order, folder, name, pin, ret_failure);
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
		bool *hunch, struct ownership_failure *ret_failure)
{
	bool differed = *hunch;
	struct look look;
	int verdict, r;

	if (differed && !folder->sealed && !order->dry_run) {
		verdict = entry_change_pinned(order, folder, name, ret_failure);
		*hunch = verdict == VERDICT_CHANGE;
		return verdict;
	}
	r = folder_look(&order->means, folder, name, &look);
	if (r == -ENOENT)
		return VERDICT_GONE;
	if (r < 0)
		return entry_fail(ret_failure, OWNERSHIP_LOOK, r, false);
	verdict = entry_judge(order, folder, name, &look);
	*hunch = verdict == VERDICT_CHANGE;
	if (verdict != VERDICT_CHANGE || order->dry_run)
		return verdict;
	if (folder->sealed)
		return entry_change_sealed(order, folder, name, &look, ret_failure);
	return entry_change_pinned(order, folder, name, ret_failure);
}
