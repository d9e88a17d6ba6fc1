#include "init/chown/snapshot.h"

#include "init/sys/effect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef SYS_getxattrat
#define SYS_getxattrat 464 /* Linux 6.13; the same number on every architecture */
#endif

/* struct statx of statx(2): musl 1.2.3 has none, and <linux/stat.h> clashes with <sys/stat.h>. */
struct kernel_statx {
	uint32_t mask, block_size;
	uint64_t attributes;
	uint32_t links, uid, gid;
	uint16_t mode, unused;
	uint64_t ino, size, blocks, attributes_mask;
	struct {
		int64_t seconds;
		uint32_t nanoseconds, unused;
	} accessed, born, changed, modified;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t rest[14];
};
_Static_assert(sizeof(struct kernel_statx) == 256, "the kernel writes 256 bytes");

#define WANTED		     0x19f  /* STATX_TYPE, MODE, NLINK, UID, GID, CTIME, INO */
#define FORCE_SYNC	     0x2000 /* AT_STATX_FORCE_SYNC */
#define ATTRIBUTE_IMMUTABLE  0x30   /* STATX_ATTR_IMMUTABLE, STATX_ATTR_APPEND */
#define ATTRIBUTE_MOUNT_ROOT 0x2000
#define PAUSE_NS	     5000000 /* a tick is 1 to 10 ms */
#define PAUSES_MOST	     800     /* where times are whole seconds, one file may take 400 */

static int statx_call(int dir, const char *name, int flags, struct kernel_statx *ret_x)
{
	flags |= AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);
	ret_x->mask = 0; /* of what the kernel will have filled in */
	/* gVisor of 2022 knows no automount, and refuses the flag. */
	if (syscall(SYS_statx, dir, name, flags, WANTED, ret_x) &&
	    (errno != EINVAL ||
	     syscall(SYS_statx, dir, name, flags & ~AT_NO_AUTOMOUNT, WANTED, ret_x)))
		return -errno;
	return ret_x->mask ? 0 : -ENOEFFECT;
}

/* An outer filter may answer with any error: the one sure test is whether it works on "/". */
void kernel_features_find(struct kernel_features *ret_features)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };
	struct kernel_statx x;
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

	*ret_features = (struct kernel_features){ .openat2 = fd >= 0 };
	if (fd >= 0)
		close(fd);
	ret_features->statx = statx_call(AT_FDCWD, "/", FORCE_SYNC, &x) == 0;
	ret_features->mount_roots =
		ret_features->statx && (x.attributes_mask & ATTRIBUTE_MOUNT_ROOT);
}

static int snapshot_take_by_fstatat(int dir, const char *name, struct snapshot *ret_snapshot)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);
	struct stat st = { 0 };

	if (fstatat(dir, name, &st, flags))
		return -errno;
	*ret_snapshot = (struct snapshot){
		.dev = st.st_dev,
		.ino = st.st_ino,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.mode = st.st_mode,
		.changed = st.st_ctim,
		.several_links = st.st_nlink > 1,
	};
	return 0;
}

int snapshot_take(const struct kernel_features *features, int dir, const char *name,
		  struct snapshot *ret_snapshot)
{
	struct kernel_statx x;
	int r;

	if (!features->statx)
		return snapshot_take_by_fstatat(dir, name, ret_snapshot);
	r = statx_call(dir, name, features->ask_server ? FORCE_SYNC : 0, &x);
	if (r < 0)
		return r;
	*ret_snapshot = (struct snapshot){
		.dev = makedev(x.dev_major, x.dev_minor),
		.ino = x.ino,
		.uid = x.uid,
		.gid = x.gid,
		.mode = x.mode,
		.changed = { .tv_sec = x.changed.seconds, .tv_nsec = x.changed.nanoseconds },
		.several_links = x.links > 1,
		.mount_root = x.attributes & ATTRIBUTE_MOUNT_ROOT,
		.immutable = x.attributes & ATTRIBUTE_IMMUTABLE,
	};
	return 0;
}

bool snapshot_is_owned(const struct snapshot *snapshot, uid_t uid, gid_t gid)
{
	return snapshot->uid == uid && snapshot->gid == gid;
}

/* Set-group-ID without the group's execute bit is no privilege: it asked for mandatory locking
 * once. inode(7) */
static bool mode_gives_privilege(mode_t mode)
{
	return S_ISREG(mode) && (mode & S_ISUID || (mode & S_ISGID && mode & S_IXGRP));
}

int snapshot_judge(const struct snapshot *snapshot, uid_t uid, gid_t gid, bool hardlinks)
{
	const mode_t mode = snapshot->mode;

	if (snapshot_is_owned(snapshot, uid, gid))
		return VERDICT_RIGHT;
	if (snapshot->mount_root)
		return VERDICT_LEFT + LEFT_MOUNT;
	if (S_ISDIR(mode))
		return VERDICT_CHANGE;
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return VERDICT_LEFT + LEFT_DEVICE;
	if (snapshot->several_links && !hardlinks)
		return VERDICT_LEFT + LEFT_LINKS;
	return mode_gives_privilege(mode) ? VERDICT_LEFT + LEFT_SETID : VERDICT_CHANGE;
}

/* a is earlier than b by more than this many milliseconds. */
static bool time_is_earlier(const struct timespec *a, const struct timespec *b, int64_t by_ms)
{
	int64_t nanoseconds = (int64_t)(b->tv_nsec - a->tv_nsec);
	int64_t seconds = (int64_t)(b->tv_sec - a->tv_sec);

	return seconds * 1000 + nanoseconds / 1000000 > by_ms;
}

/* Whole seconds are what a file system with coarse times keeps: two of them for the coarsest. */
static bool time_is_coarse(const struct snapshot *snapshot)
{
	return snapshot->changed.tv_nsec == 0;
}

static bool time_is_behind(const struct snapshot *snapshot, const struct timespec *clock)
{
	return time_is_earlier(&snapshot->changed, clock, time_is_coarse(snapshot) ? 2000 : 1);
}

bool snapshot_has_settled(const struct snapshot *snapshot, struct patience *patience)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct timespec *clock = &patience->clock;

	if (time_is_behind(snapshot, clock))
		return true;
	clock_gettime(CLOCK_REALTIME_COARSE, clock);
	/* A time that lies well ahead will do: what changes now will not be stamped with it. */
	if (time_is_earlier(clock, &snapshot->changed, 60000))
		return true;
	if (time_is_behind(snapshot, clock))
		return false; /* the next look is after the clock was set */
	nanosleep(&pause, NULL);
	patience->waits++;
	clock_gettime(CLOCK_REALTIME_COARSE, clock);
	return false;
}

int snapshot_looks(const struct snapshot *snapshot, const struct patience *patience)
{
	if (patience->waits > PAUSES_MOST)
		return 2; /* the first one may only have told that the clock was old */
	return time_is_coarse(snapshot) ? 500 : 10;
}

bool snapshot_is_same(const struct snapshot *first, const struct snapshot *second)
{
	return first->dev == second->dev && first->ino == second->ino &&
	       first->mode == second->mode && first->several_links == second->several_links &&
	       first->changed.tv_sec == second->changed.tv_sec &&
	       first->changed.tv_nsec == second->changed.tv_nsec;
}

/* Without getxattrat(2) and /proc the file has to be opened. */
static ssize_t capability_size_by_open(int dir, const char *name, const char *attribute)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -1;
	size = fgetxattr(fd, attribute, NULL, 0);
	close(fd);
	return size;
}

/* Does the answer of an extended attribute call say whether it is there? */
static bool xattr_is_answer(ssize_t size)
{
	return size >= 0 || errno == ENODATA || errno == EOPNOTSUPP;
}

/* To open a device that was put in its place may do things. */
static ssize_t capability_size_unopened(int dir, const char *name, const char *attribute)
{
	char path[sizeof("/proc/self/fd//") + 11 + NAME_MAX];

	if (dir == AT_FDCWD)
		return lgetxattr(name, attribute, NULL, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d%s%s", dir, *name ? "/" : "", name);
	return *name ? lgetxattr(path, attribute, NULL, 0) : getxattr(path, attribute, NULL, 0);
}

/* A chown(2) removes the capabilities of a file, so a file that is swapped in after this look loses
 * them: nothing is gained by a race. For the same reason "cannot tell" counts as "has none". */
bool file_has_capability(const struct snapshot *snapshot, int dir, const char *name)
{
	static const char attribute[] = "security.capability";
	struct {
		uint64_t value;
		uint32_t size, flags;
	} no_value = { 0, 0, 0 };
	ssize_t size;

	if (!S_ISREG(snapshot->mode) || !(snapshot->mode & 0111))
		return false;
	size = syscall(SYS_getxattrat, dir, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, attribute,
		       &no_value, sizeof(no_value));
	if (xattr_is_answer(size) || errno == ENOENT)
		return size > 0;
	size = capability_size_unopened(dir, name, attribute);
	if (!xattr_is_answer(size))
		size = capability_size_by_open(dir, name, attribute);
	return size > 0;
}
