#include "init/sys/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_LINKS 40 /* the kernel follows no more. path_resolution(7) */

/* A path that is being walked. */
struct walk {
	const char *typed;
	int folder;	      /* where we are, O_PATH */
	char done[PATH_MAX];  /* how we came here, without any link; for messages */
	char ahead[PATH_MAX]; /* what is still to be walked */
	char name[NAME_MAX + 1];
	int links;
	bool anchored;
};

static const struct failure *walk_fail(const struct walk *walk, int error)
{
	return failure_new(walk->typed, error, NULL, "cannot open '%s%s%s'", walk->done,
			   *walk->name ? "/" : "", walk->name);
}

static const struct failure *walk_begin(struct walk *walk, const char *path)
{
	const bool absolute = *path == '/';

	walk->folder = -1;
	if (!*path)
		return walk_fail(walk, ENOENT);
	walk->folder = open(absolute ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(walk->done, sizeof(walk->done), "%s", absolute ? "" : ".");
	if (snprintf(walk->ahead, sizeof(walk->ahead), "%s", path) >= (int)sizeof(walk->ahead))
		return walk_fail(walk, ENAMETOOLONG);
	return walk->folder < 0 ? walk_fail(walk, errno) : NULL;
}

/* Take the next component into name; empty at the end. */
static const struct failure *name_take(struct walk *walk)
{
	const char *at = walk->ahead + strspn(walk->ahead, "/");
	const size_t length = strcspn(at, "/");

	*walk->name = '\0';
	if (length >= sizeof(walk->name))
		return walk_fail(walk, ENAMETOOLONG);
	memcpy(walk->name, at, length);
	walk->name[length] = '\0';
	memmove(walk->ahead, at + length, strlen(at + length) + 1);
	return NULL;
}

/* Nothing but slashes is left. */
static bool is_last(const struct walk *walk)
{
	return !walk->ahead[strspn(walk->ahead, "/")];
}

/* NULL where nobody but root can have made this link, or can put another in its place. */
static const struct failure *link_check(const struct walk *walk, const struct stat *link)
{
	const char *advice = "give the path that it leads to";
	struct stat folder = { .st_uid = (uid_t)-1 };

	if (geteuid() != 0)
		return NULL;
	if (link->st_uid != 0)
		return failure_new(
			walk->typed, 0, advice,
			"'%s/%s' is a symbolic link of user %u's, which root must not follow",
			walk->done, walk->name, link->st_uid);
	if (fstat(walk->folder, &folder))
		return walk_fail(walk, errno);
	if (folder.st_uid != 0 || folder.st_mode & (S_IWGRP | S_IWOTH))
		return failure_new(
			walk->typed, 0, advice,
			"'%s/%s' is a symbolic link in a folder that others than root can "
			"write to, which root must not follow",
			walk->done, walk->name);
	return NULL;
}

/* The link in name, which is open as fd, becomes what is ahead. */
static const struct failure *link_follow(struct walk *walk, int fd, const struct stat *link)
{
	const struct failure *failure = link_check(walk, link);
	char target[PATH_MAX];
	const ssize_t length = readlinkat(fd, "", target, sizeof(target));
	const size_t rest = strlen(walk->ahead) + 1;

	if (failure)
		return failure;
	if (length <= 0)
		return walk_fail(walk, length ? errno : ENOENT);
	if ((size_t)length + rest > sizeof(target))
		return walk_fail(walk, ENAMETOOLONG);
	if (++walk->links > MOST_LINKS)
		return walk_fail(walk, ELOOP);
	memcpy(target + length, walk->ahead, rest);
	if (*target == '/') {
		close(walk->folder);
		return walk_begin(walk, target);
	}
	memcpy(walk->ahead, target, (size_t)length + rest);
	return NULL;
}

/* Can nobody but root rename or remove this entry of this folder? */
static bool entry_is_anchored(const struct stat *folder, const struct stat *entry)
{
	if (folder->st_uid != 0)
		return false;
	return !(folder->st_mode & (S_IWGRP | S_IWOTH)) ||
	       (folder->st_mode & S_ISVTX && entry->st_uid == 0);
}

/* Go into the folder in name, which is open as fd; the walk has fd then. */
static const struct failure *folder_enter(struct walk *walk, int fd, const struct stat *status)
{
	const size_t before = strlen(walk->done);
	const int parent = walk->folder;
	struct stat folder = { .st_uid = (uid_t)-1 };
	const int error = fstat(parent, &folder) ? errno : 0;
	int written;

	close(parent);
	walk->folder = fd;
	if (error)
		return walk_fail(walk, error);
	walk->anchored = walk->anchored && (geteuid() != 0 || entry_is_anchored(&folder, status));
	written = snprintf(walk->done + before, sizeof(walk->done) - before, "/%s", walk->name);
	return written >= (int)(sizeof(walk->done) - before) ? walk_fail(walk, ENAMETOOLONG) : NULL;
}

/* One component on: into a folder, or to where a link leads. At the last one that is no link there
 * is nothing to do: *ret_there. */
static const struct failure *walk_step(struct walk *walk, bool *ret_there)
{
	const struct failure *failure = name_take(walk);
	const bool last = is_last(walk);
	struct stat status = { .st_uid = (uid_t)-1 };
	int fd;

	if (failure)
		return failure;
	*ret_there = last && !*walk->name;
	if (*ret_there)
		return NULL;
	fd = openat(walk->folder, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	*ret_there = last && fd < 0 && errno == ENOENT;
	if (*ret_there)
		return NULL; /* cppcheck-suppress resourceLeak ; there is none */
	if (fd < 0 || fstat(fd, &status))
		failure = walk_fail(walk, errno);
	else if (S_ISLNK(status.st_mode))
		failure = link_follow(walk, fd, &status);
	else if (!last)
		return folder_enter(walk, fd, &status);
	else
		*ret_there = true;
	if (fd >= 0)
		close(fd);
	return failure;
}

static const struct failure *walk_to_end(struct walk *walk, const char *path)
{
	const struct failure *failure = walk_begin(walk, path);
	bool there = false;

	while (!failure && !there)
		failure = walk_step(walk, &there);
	if (failure && walk->folder >= 0)
		close(walk->folder);
	return failure;
}

/* A slash at the end, of the path or of the link that it led to, is a folder's. path_resolution(7)
 */
static bool is_folders(const struct walk *walk)
{
	return *walk->ahead;
}

const struct failure *path_open_file(const char *typed, const char *path, int flags, mode_t mode,
				     int *ret_fd)
{
	struct walk walk = { .typed = typed, .anchored = true };
	const struct failure *failure = walk_to_end(&walk, path);
	int fd;

	if (failure)
		return failure;
	fd = openat(walk.folder, *walk.name ? walk.name : ".",
		    flags | O_NOFOLLOW | O_CLOEXEC | (is_folders(&walk) ? O_DIRECTORY : 0), mode);
	if (fd < 0)
		failure = walk_fail(&walk, errno);
	else
		*ret_fd = fd;
	close(walk.folder);
	return failure;
}

/* Why no file can have this place; 0: one can. */
static int walk_objection(const struct walk *walk)
{
	struct stat status;

	if (!*walk->name || !strcmp(walk->name, ".") || !strcmp(walk->name, ".."))
		return EISDIR;
	if (!is_folders(walk))
		return 0;
	if (fstatat(walk->folder, walk->name, &status, AT_SYMLINK_NOFOLLOW))
		return errno;
	return S_ISDIR(status.st_mode) ? EISDIR : ENOTDIR;
}

const struct failure *path_open_folder(const char *typed, const char *path,
				       struct path_place *ret_place)
{
	struct walk walk = { .typed = typed, .anchored = true };
	const struct failure *failure = walk_to_end(&walk, path);
	char *name = NULL;
	int error;

	if (failure)
		return failure;
	error = walk_objection(&walk);
	if (error)
		failure = walk_fail(&walk, error);
	else if (!(name = strdup(walk.name)))
		failure = failure_of_memory();
	if (failure)
		close(walk.folder);
	else
		*ret_place = (struct path_place){ walk.folder, name, walk.anchored };
	return failure; /* cppcheck-suppress memleak ; *ret_place has it */
}

void path_close(struct path_place *place)
{
	(void)close(place->folder); /* O_PATH: nothing to lose */
	free(place->name);
}
