#include "init/chown/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_FLAGS (O_RDONLY | O_DIRECTORY)

static int openat2_call(int dir, const char *name, int flags, unsigned resolve)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC, .resolve = resolve };
	int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int openat_call(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

void fsuid_become(const struct snapshot *owned)
{
	setfsuid(owned->uid);
}

void fsuid_return(void)
{
	setfsuid(geteuid());
}

static void folder_enter_as_owner(const struct folder *folder)
{
	if (folder->as_owner)
		fsuid_become(&folder->snapshot);
}

static void folder_leave_as_owner(const struct folder *folder)
{
	if (folder->as_owner)
		fsuid_return();
}

static int entry_open(const struct kernel_features *features, const struct folder *folder,
		      const char *name, int flags)
{
	int fd;

	folder_enter_as_owner(folder);
	if (features->openat2)
		fd = openat2_call(folder->fd, name, flags | O_NOFOLLOW,
				  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
	else
		fd = openat_call(folder->fd, name, flags);
	folder_leave_as_owner(folder);
	return fd;
}

int folder_pin(const struct kernel_features *features, const struct folder *folder,
	       const char *name)
{
	return entry_open(features, folder, name, O_PATH);
}

int folder_look(const struct kernel_features *features, const struct folder *folder,
		const char *name, struct snapshot *ret_snapshot)
{
	int r;

	folder_enter_as_owner(folder);
	r = snapshot_take(features, folder->fd, name, ret_snapshot);
	folder_leave_as_owner(folder);
	return r;
}

bool folder_has_capability(const struct folder *folder, const char *name,
			   const struct snapshot *snapshot)
{
	bool has;

	folder_enter_as_owner(folder);
	has = file_has_capability(snapshot, folder->fd, name);
	folder_leave_as_owner(folder);
	return has;
}

/* Reading a folder would set its access time, which is a write. Only the owner and CAP_FOWNER may
 * ask for O_NOATIME (open(2)). */
static int entry_open_reading(const struct kernel_features *features, const struct folder *parent,
			      const char *name)
{
	int fd = entry_open(features, parent, name, READ_FLAGS | O_NOATIME);

	return fd == -EPERM ? entry_open(features, parent, name, READ_FLAGS) : fd;
}

static int openat_reading(int dir, const char *name)
{
	int fd = openat_call(dir, name, READ_FLAGS | O_NOATIME);

	return fd == -EPERM ? openat_call(dir, name, READ_FLAGS) : fd;
}

/* Take over a descriptor that was opened for reading. The root of the walk has no parent. */
static int folder_fill(const struct kernel_features *features, const struct folder *parent, int fd,
		       bool as_owner, struct folder *ret_folder)
{
	struct snapshot snapshot;
	int r = fd < 0 ? fd : snapshot_take(features, fd, "", &snapshot);

	if (r == 0 && parent &&
	    (snapshot.mount_root || (!features->openat2 && snapshot.dev != parent->snapshot.dev)))
		r = -EXDEV;
	if (r == 0)
		*ret_folder =
			(struct folder){ .fd = fd, .snapshot = snapshot, .as_owner = as_owner };
	else if (fd >= 0)
		close(fd);
	return r;
}

/* Open the folder behind an O_PATH descriptor as its own owner. */
static int pin_open_as_owner(const struct kernel_features *features, int pin)
{
	struct snapshot snapshot;
	int fd, r = snapshot_take(features, pin, "", &snapshot);

	if (r < 0)
		return r;
	fsuid_become(&snapshot);
	fd = openat_call(pin, ".", READ_FLAGS | O_NOATIME);
	fsuid_return();
	return fd;
}

int folder_open(const struct kernel_features *features, const struct folder *parent,
		const char *name, struct folder *ret_folder)
{
	int pin, fd = entry_open_reading(features, parent, name);

	/* What opened for the owner of the parent need not open for us. */
	if (fd != -EACCES)
		return folder_fill(features, parent, fd, parent->as_owner, ret_folder);
	pin = entry_open(features, parent, name, O_PATH | O_DIRECTORY);
	if (pin < 0)
		return pin;
	fd = pin_open_as_owner(features, pin);
	close(pin);
	return folder_fill(features, parent, fd, true, ret_folder);
}

int folder_open_above(const struct kernel_features *features, const struct folder *child,
		      struct folder *ret_folder)
{
	return folder_fill(features, NULL, openat_reading(child->fd, ".."), false, ret_folder);
}

int folder_open_root(const struct kernel_features *features, int path_fd, struct folder *ret_folder)
{
	int fd = openat_reading(path_fd, ".");

	if (fd != -EACCES)
		return folder_fill(features, NULL, fd, false, ret_folder);
	fd = pin_open_as_owner(features, path_fd);
	return folder_fill(features, NULL, fd, true, ret_folder);
}

void folder_close(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}
