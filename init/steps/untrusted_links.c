#include "init/steps/untrusted_links.h"

#include "init/sys/message.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST_LINKS 40 /* the kernel follows no more */

/* A path that is being followed: what is behind us has no link any more. */
struct way {
	char done[PATH_MAX], ahead[PATH_MAX];
};

/* Go one component on; false at the end, or where it is too long for the kernel, too. */
static bool way_step(struct way *way)
{
	const size_t slashes = strspn(way->ahead, "/");
	const size_t length = strcspn(way->ahead + slashes, "/");
	const size_t before = strlen(way->done);

	if (!length || before + length + 2 > sizeof(way->done))
		return false;
	way->done[before] = '/';
	memcpy(way->done + before + 1, way->ahead + slashes, length);
	way->done[before + 1 + length] = '\0';
	memmove(way->ahead, way->ahead + slashes + length,
		strlen(way->ahead + slashes + length) + 1);
	return true;
}

/* The last step led to a link: go where it leads. */
static bool way_follow(struct way *way)
{
	char target[PATH_MAX];
	const ssize_t length = readlink(way->done, target, sizeof(target));
	const size_t rest = strlen(way->ahead) + 1;

	if (length <= 0 || (size_t)length + rest > sizeof(target))
		return false;
	memcpy(target + length, way->ahead, rest);
	memcpy(way->ahead, target, (size_t)length + rest);
	*(target[0] == '/' ? way->done : strrchr(way->done, '/')) = '\0';
	return true;
}

/* Find the first link of uid's on the way to path. What is not there is for others to complain of.
 */
static bool link_find(struct way *way, const char *path, uid_t uid)
{
	struct stat status;
	int links = 0;

	(void)snprintf(way->done, sizeof(way->done), "%s", *path == '/' ? "" : ".");
	if (snprintf(way->ahead, sizeof(way->ahead), "%s", path) >= (int)sizeof(way->ahead))
		return false;
	while (way_step(way) && !lstat(way->done, &status)) {
		if (!S_ISLNK(status.st_mode))
			continue;
		if (status.st_uid == uid)
			return true;
		if (++links > MOST_LINKS || !way_follow(way))
			return false;
	}
	return false;
}

static void path_require(const char *option, const char *typed, const char *path, uid_t uid)
{
	struct way way;

	if (link_find(&way, path, uid))
		die("--%s %s: '%s' is a symbolic link of user %u's, which root must not follow (give "
		    "the path that it leads to)",
		    option, typed, way.done, uid);
}

void links_require(const struct plan *plan)
{
	const uid_t uid = plan->identity.uid;

	if (geteuid() == uid)
		return; /* what it leads to is the user's to do, too */
	for (size_t i = 0; i < plan->listen_count; i++) {
		const struct listen_spec *spec = &plan->listens[i];

		if (spec->address.ss_family == AF_UNIX)
			path_require("listen", spec->text,
				     ((const struct sockaddr_un *)&spec->address)->sun_path, uid);
	}
	if (plan->record)
		path_require("record", plan->record, plan->record, uid);
}
