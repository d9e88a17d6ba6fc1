#include "init/chown/folder.h"

#include "init/sys/effect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
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

/* O_PATH with O_NOFOLLOW opens a symbolic link itself: never go on from one. REST is what follows,
 * for who wants it created; NULL: nobody does. */
static int component_open(int dir, const char *name, const char *rest)
{
	struct stat st;
	int fd = openat_call(dir, name, O_PATH);

	if (fd == -ENOENT && rest) {
		fd = component_create(dir, name, !rest[strspn(rest, "/")]);
		if (fd < 0 && fd != -EEXIST)
			return fd;
		fd = openat_call(dir, name, O_PATH);
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode))
		return fd;
	close(fd);
	return -ELOOP;
}

static int path_walk(const char *path, bool create)
{
	char name[NAME_MAX + 2];
	int dir = openat_call(AT_FDCWD, *path == '/' ? "/" : ".", O_PATH);

	while (dir >= 0 && component_cut(&path, name)) {
		int next = component_open(dir, name, create ? path : NULL);

		close(dir);
		dir = next;
	}
	return dir;
}

int path_open(const struct look_means *means, const char *path)
{
	if (!*path)
		return -ENOENT;
	if (!means->openat2)
		return path_walk(path, false);
	return openat2_call(AT_FDCWD, path, O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

int path_create(const char *path)
{
	return path_walk(path, true);
}

void folder_borrow(const struct look *look)
{
	setfsuid(look->uid);
}

void folder_return(void)
{
	setfsuid(geteuid());
}

static int entry_open(const struct look_means *means, const struct folder *folder, const char *name,
		      int flags)
{
	int fd;

	if (folder->borrowed)
		folder_borrow(&folder->look);
	if (means->openat2)
		fd = openat2_call(folder->fd, name, flags | O_NOFOLLOW,
				  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
	else
		fd = openat_call(folder->fd, name, flags);
	if (folder->borrowed)
		folder_return();
	return fd;
}

int folder_pin(const struct look_means *means, const struct folder *folder, const char *name)
{
	return entry_open(means, folder, name, O_PATH);
}

int folder_look(const struct look_means *means, const struct folder *folder, const char *name,
		struct look *ret_look)
{
	int r;

	if (folder->borrowed)
		folder_borrow(&folder->look);
	r = look_at(means, folder->fd, name, ret_look);
	if (folder->borrowed)
		folder_return();
	return r;
}

/* Reading a folder would set its access time, which is a write. Only the owner and CAP_FOWNER may
 * ask for O_NOATIME (open(2)).
 */
static int entry_open_reading(const struct look_means *means, const struct folder *parent,
			      const char *name)
{
	int fd = entry_open(means, parent, name, READ_FLAGS | O_NOATIME);

	return fd == -EPERM ? entry_open(means, parent, name, READ_FLAGS) : fd;
}

/* Take over a descriptor that was opened for reading. The root of the walk has no parent. */
static int folder_fill(const struct look_means *means, const struct folder *parent, int fd,
		       bool borrowed, struct folder *ret_folder)
{
	struct look look;
	int r = fd < 0 ? fd : look_at(means, fd, "", &look);

	if (r == 0 && parent && (look.mount || (!means->openat2 && look.dev != parent->look.dev)))
		r = -EXDEV;
	if (r == 0)
		*ret_folder = (struct folder){ .fd = fd, .look = look, .borrowed = borrowed };
	else if (fd >= 0)
		close(fd);
	return r < 0 ? r : 0;
}

/* Open the folder behind an O_PATH descriptor as its own owner. */
static int pin_open_borrowed(const struct look_means *means, int pin)
{
	struct look look;
	int fd, r = look_at(means, pin, "", &look);

	if (r < 0)
		return r;
	folder_borrow(&look);
	fd = openat_call(pin, ".", READ_FLAGS | O_NOATIME);
	folder_return();
	return fd;
}

int folder_open(const struct look_means *means, const struct folder *parent, const char *name,
		struct folder *ret_folder)
{
	int pin, fd = entry_open_reading(means, parent, name);

	/* What opened for the owner of the parent need not open for us: it is borrowed as well. */
	if (fd != -EACCES)
		return folder_fill(means, parent, fd, parent->borrowed, ret_folder);
	pin = entry_open(means, parent, name, O_PATH | O_DIRECTORY);
	if (pin < 0)
		return pin;
	fd = pin_open_borrowed(means, pin);
	close(pin);
	return folder_fill(means, parent, fd, true, ret_folder);
}

int folder_open_above(const struct look_means *means, const struct folder *child,
		      struct folder *ret_folder)
{
	int fd = openat_call(child->fd, "..", READ_FLAGS | O_NOATIME);

	if (fd == -EPERM)
		fd = openat_call(child->fd, "..", READ_FLAGS);
	return folder_fill(means, NULL, fd, false, ret_folder);
}

int folder_open_root(const struct look_means *means, int path_fd, struct folder *ret_folder)
{
	int fd = openat_call(path_fd, ".", READ_FLAGS | O_NOATIME);

	if (fd == -EPERM)
		fd = openat_call(path_fd, ".", READ_FLAGS);
	if (fd != -EACCES)
		return folder_fill(means, NULL, fd, false, ret_folder);
	return folder_fill(means, NULL, pin_open_borrowed(means, path_fd), true, ret_folder);
}

void folder_close(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}
