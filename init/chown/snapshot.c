#include "init/chown/snapshot.h"

#include "init/sys/effect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
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

#define WANTED		     0x19f   /* STATX_TYPE, MODE, NLINK, UID, GID, CTIME, INO */
#define PAUSE_NS	     5000000 /* a tick is 1 to 10 ms */
#define ATTRIBUTE_FIXED	     0x30    /* STATX_ATTR_IMMUTABLE, STATX_ATTR_APPEND */
#define ATTRIBUTE_MOUNT_ROOT 0x2000

static int statx_call(int dir, const char *name, struct kernel_statx *ret_x)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);

	ret_x->mask = 0; /* of what the kernel will have filled in */
	if (syscall(SYS_statx, dir, name, flags, WANTED, ret_x))
		return -errno;
	return ret_x->mask ? 0 : -ENOEFFECT;
}

/* An outer filter may answer with any error: the one sure test is whether it works on "/". */
void look_means_find(struct look_means *ret_means)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };
	struct kernel_statx x;
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

	ret_means->openat2 = fd >= 0;
	if (fd >= 0)
		close(fd);
	ret_means->statx = statx_call(AT_FDCWD, "/", &x) == 0;
	ret_means->mounts = ret_means->statx && (x.attributes_mask & ATTRIBUTE_MOUNT_ROOT);
}

static int look_with_fstatat(int dir, const char *name, struct look *ret_look)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);
	struct stat st;

	if (fstatat(dir, name, &st, flags))
		return -errno;
	*ret_look = (struct look){
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

int look_at(const struct look_means *means, int dir, const char *name, struct look *ret_look)
{
	struct kernel_statx x;
	int r;

	if (!means->statx)
		return look_with_fstatat(dir, name, ret_look);
	r = statx_call(dir, name, &x);
	if (r < 0)
		return r;
	*ret_look = (struct look){
		.dev = makedev(x.dev_major, x.dev_minor),
		.ino = x.ino,
		.uid = x.uid,
		.gid = x.gid,
		.mode = x.mode,
		.changed = { .tv_sec = x.changed.seconds, .tv_nsec = x.changed.nanoseconds },
		.several_links = x.links > 1,
		.mount = x.attributes & ATTRIBUTE_MOUNT_ROOT,
		.fixed = x.attributes & ATTRIBUTE_FIXED,
	};
	return 0;
}

int look_judge(const struct look *look, uid_t uid, gid_t gid)
{
	if (look->mount)
		return VERDICT_LEFT + LEFT_MOUNT;
	if (look->uid == uid && look->gid == gid)
		return VERDICT_RIGHT;
	if (S_ISDIR(look->mode))
		return VERDICT_CHANGE;
	if (S_ISCHR(look->mode) || S_ISBLK(look->mode))
		return VERDICT_LEFT + LEFT_DEVICE;
	if (look->several_links)
		return VERDICT_LEFT + LEFT_LINKS;
	if (S_ISREG(look->mode) && (look->mode & (S_ISUID | S_ISGID)))
		return VERDICT_LEFT + LEFT_SETID;
	return VERDICT_CHANGE;
}

/* a is earlier than b by more than this many milliseconds. */
static bool time_is_earlier(const struct timespec *a, const struct timespec *b, int64_t by_ms)
{
	int64_t nanoseconds = (int64_t)(b->tv_nsec - a->tv_nsec);
	int64_t seconds = (int64_t)(b->tv_sec - a->tv_sec);

	return seconds * 1000 + nanoseconds / 1000000 > by_ms;
}

/* Does the file system keep whole seconds only? */
static bool look_is_grainy(const struct look *look)
{
	return look->changed.tv_nsec == 0;
}

/* Whole seconds are what a file system with coarse times keeps: two of them for the coarsest. A
 * time that lies well ahead is as good as one behind: what changes now will not be stamped with it.
 */
static bool look_is_settled(const struct look *look, const struct timespec *before)
{
	int64_t grain_ms = look_is_grainy(look) ? 2000 : 1;

	return time_is_earlier(&look->changed, before, grain_ms) ||
	       time_is_earlier(before, &look->changed, 60000);
}

bool look_settles(const struct look *look, struct timespec *clock)
{
	struct timespec pause = { .tv_nsec = PAUSE_NS };

	if (look_is_settled(look, clock))
		return true;
	clock_gettime(CLOCK_REALTIME_COARSE, clock);
	if (look_is_settled(look, clock))
		return false;
	nanosleep(&pause, NULL);
	clock_gettime(CLOCK_REALTIME_COARSE, clock);
	return false;
}

int look_patience(const struct look *look)
{
	return look_is_grainy(look) ? 500 : 10;
}

bool look_is_same(const struct look *first, const struct look *second)
{
	return first->dev == second->dev && first->ino == second->ino &&
	       first->mode == second->mode && first->several_links == second->several_links &&
	       first->changed.tv_sec == second->changed.tv_sec &&
	       first->changed.tv_nsec == second->changed.tv_nsec;
}

/* A chown(2) removes the capabilities of a file, so a file that is swapped in after this look loses
 * them: nothing is gained by a race. For the same reason "cannot tell" counts as "has none".
 */
bool look_has_capability(const struct look *look, int dir, const char *name)
{
	static const char attribute[] = "security.capability";
	struct {
		uint64_t value;
		uint32_t size, flags;
	} no_value = { 0, 0, 0 };
	long length;
	int fd;

	if (!S_ISREG(look->mode) || !(look->mode & 0111))
		return false;
	length = syscall(SYS_getxattrat, dir, name, AT_SYMLINK_NOFOLLOW, attribute, &no_value,
			 sizeof(no_value));
	if (length >= 0 || errno == ENODATA || errno == EOPNOTSUPP || errno == ENOENT)
		return length > 0;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = fgetxattr(fd, attribute, NULL, 0);
	close(fd);
	return length > 0;
}
