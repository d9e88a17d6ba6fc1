#include "init/chown/root.h"

#include "init/chown/folder.h"
#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* Linux 6.6; the same number on every architecture */
#endif

/* --- what it must not be -------------------------------------------------------------------- */

/* Compared by what they are and not by name, so that no spelling gets past. */
static bool root_is_systems(const struct kernel_features *features, const struct snapshot *root)
{
	static const char *const paths[] = { "/",	   "/bin",	"/boot",    "/dev",
					     "/etc",	   "/lib",	"/lib32",   "/lib64",
					     "/libx32",	   "/proc",	"/root",    "/sbin",
					     "/sys",	   "/usr",	"/usr/bin", "/usr/lib",
					     "/usr/lib64", "/usr/sbin", "/var" };
	struct snapshot system;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (snapshot_take(features, AT_FDCWD, paths[i], &system) == 0 &&
		    system.dev == root->dev && system.ino == root->ino)
			return true;
	return false;
}

static bool filesystem_is_kernels(long type)
{
	static const long types[] = { PROC_SUPER_MAGIC,	   SYSFS_MAGIC,	  CGROUP_SUPER_MAGIC,
				      CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
				      SECURITYFS_MAGIC,	   BPF_FS_MAGIC,  DEVPTS_SUPER_MAGIC,
				      SELINUX_MAGIC };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (type == types[i])
			return true;
	return false;
}

const char *root_objection(const struct kernel_features *features, const struct snapshot *root,
			   long filesystem)
{
	if (root_is_systems(features, root))
		return "it belongs to the system";
	return filesystem_is_kernels(filesystem) ? "it belongs to the kernel" : NULL;
}

/* --- opening -------------------------------------------------------------------------------- */

/* Cut the next component off. Returns its length, 0 at the end; one too long stays too long. */
static size_t component_cut(const char **path, char name[NAME_MAX + 2])
{
	size_t length;

	*path += strspn(*path, "/");
	length = strcspn(*path, "/");
	if (length > NAME_MAX)
		length = NAME_MAX + 1;
	memcpy(name, *path, length);
	name[length] = '\0';
	*path += length;
	return length;
}

static int component_open(int dir, const char *name)
{
	const int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

/* A folder on the way stays root's, and the user has to get through it whatever the umask is. */
static int component_create(int dir, const char *name, bool last)
{
	mode_t before = 0;
	int made, r = last ? 0 : effect_umask(022, &before);

	if (r < 0)
		return r;
	made = mkdirat(dir, name, 0755) ? -errno : 0;
	r = last ? 0 : effect_umask(before, NULL);
	return r < 0 ? r : made;
}

/* It is missing in this folder: could we make it? Returns -ENOENT if so. */
static int component_try(int dir)
{
	struct statfs fs;

	if (fstatfs(dir, &fs) == 0 && fs.f_flags & ST_RDONLY)
		return -EROFS;
	if (filesystem_is_kernels((long)fs.f_type))
		return -EPERM;
	return faccessat(dir, ".", W_OK | X_OK, 0) ? -errno : -ENOENT;
}

static int component_get(int dir, const char *name, const char *rest, enum root_missing missing)
{
	int r, fd = component_open(dir, name);

	if (fd != -ENOENT || missing == ROOT_REQUIRED)
		return fd;
	if (missing == ROOT_TRIED)
		return component_try(dir);
	r = component_create(dir, name, !rest[strspn(rest, "/")]);
	return r < 0 && r != -EEXIST ? r : component_open(dir, name);
}

/* What to write instead of PATH, whose component before the rest is a link to target: only a link
 * that root made is worth taking somebody there. */
static void link_resolve(struct ownership_link *link, const char *rest)
{
	const char *slash = strrchr(link->path, '/');
	const bool absolute = link->target[0] == '/';
	const int length = absolute || !slash ? 0 : (int)(slash - link->path) + 1;

	*link->instead = '\0';
	if (link->uid == 0 &&
	    snprintf(link->instead, sizeof(link->instead), "%.*s%s%s", length, link->path,
		     link->target, rest) >= (int)sizeof(link->instead))
		*link->instead = '\0';
}

/* O_PATH with O_NOFOLLOW opens a symbolic link itself: never go on from one. Path up to rest is its
 * name. Returns fd, or -ELOOP with fd closed. */
static int component_check(int fd, const char *path, const char *rest,
			   struct ownership_link *ret_link)
{
	struct ownership_link link = { 0 };
	struct stat st = { 0 };

	if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode))
		return fd;
	link.uid = st.st_uid;
	snprintf(link.path, sizeof(link.path), "%.*s", (int)(rest - path), path);
	if (readlinkat(fd, "", link.target, sizeof(link.target) - 1) < 0)
		*link.target = '\0'; /* cannot fail */
	link_resolve(&link, rest);
	*ret_link = link;
	close(fd);
	return -ELOOP;
}

int root_open(const char *path, enum root_missing missing, struct ownership_link *ret_link)
{
	const char *rest = path;
	char name[NAME_MAX + 2];
	int dir = *path ? component_open(AT_FDCWD, *path == '/' ? "/" : ".") : -ENOENT;

	while (dir >= 0 && component_cut(&rest, name)) {
		int next = component_get(dir, name, rest, missing);

		close(dir);
		dir = next < 0 ? next : component_check(next, path, rest, ret_link);
	}
	return dir;
}

/* --- its mode ------------------------------------------------------------------------------- */

/* fchmod(2) refuses O_PATH, and fchmodat2(2) is new. */
static int pin_set_mode(int pin, mode_t mode)
{
	char link[sizeof("/proc/self/fd/") + 11];

	if (syscall(SYS_fchmodat2, pin, "", mode, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", pin);
	return chmod(link, mode) ? -errno : 0;
}

int root_try_mode(const struct snapshot *root, mode_t mode)
{
	if (root->immutable)
		return -EPERM;
	if (root->uid != geteuid() && !capabilities_have(CAP_FOWNER) &&
	    !capabilities_have(CAP_SETUID))
		return -EPERM;
	return mode & S_ISGID && root->gid != getegid() && !capabilities_have(CAP_FSETID) ? -EPERM
											  : 0;
}

int root_set_mode(const struct kernel_features *features, int fd, const struct snapshot *root,
		  mode_t mode)
{
	struct snapshot after = { 0 };
	int r = pin_set_mode(fd, mode);

	if (r == -EPERM || r == -EACCES) {
		fsuid_become(root);
		r = pin_set_mode(fd, mode);
		fsuid_return();
	}
	if (r == 0)
		r = snapshot_take(features, fd, "", &after);
	/* chmod(2) drops S_ISGID in silence where the caller may not set it. */
	return r == 0 && (after.mode & 07777) != mode ? -EPERM : r;
}
