#include "init/steps/unix_socket.h"

#include "init/privileges/capabilities.h"
#include "init/privileges/credentials.h"
#include "init/privileges/groups.h"
#include "init/sys/effect.h"
#include "init/sys/file.h"
#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *path_of(const struct listen_spec *spec)
{
	return ((const struct sockaddr_un *)&spec->address)->sun_path;
}

static const char *typed_format(const struct listen_spec *spec)
{
	return text_format("--listen %s", spec->text);
}

static const struct failure *refuse(const struct listen_spec *spec, const char *what, int error,
				    const char *advice)
{
	return failure_new(typed_format(spec), error, advice, "cannot %s %s", what, path_of(spec));
}

/* --- the place ------------------------------------------------------------------------------ */

/* Root without them is a stranger in a folder that is somebody else's, as after --chown, and in a
 * sticky one removes nothing but its own. */
static const char *capability_missing(int error)
{
	if (geteuid() != 0)
		return NULL;
	if (error == EACCES && !capabilities_have(CAP_DAC_OVERRIDE))
		return "a capability is missing: add DAC_OVERRIDE";
	if (error == EPERM && !capabilities_have(CAP_FOWNER))
		return "a capability is missing: add FOWNER";
	return NULL;
}

static const struct failure *place_open(const struct listen_spec *spec, struct path_place *ret)
{
	const struct failure *failure = path_open_folder(typed_format(spec), path_of(spec), ret);
	const char *advice = failure ? capability_missing(failure->error) : NULL;

	return advice ? refuse(spec, "bind", failure->error, advice) : failure;
}

/* bind(2) and connect(2) know nothing of descriptors of folders: they look a path up. The one that
 * was typed will do where nobody but root can change where it leads, and keeps the socket's name
 * whole for those who compare it; else we go into the folder, and it is the last component. */
struct visit {
	struct sockaddr_un address;
	socklen_t length;
	int back; /* to the folder that we come from; -1: we are there still */
};

static int visit_begin(const struct listen_spec *spec, const struct path_place *place,
		       struct visit *ret)
{
	*ret = (struct visit){ .back = -1, .length = spec->address_length };
	memcpy(&ret->address, &spec->address, sizeof(ret->address));
	if (place->anchored)
		return 0;
	ret->back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ret->back < 0 || fchdir(place->folder))
		return -errno;
	memset(ret->address.sun_path, 0, sizeof(ret->address.sun_path));
	memcpy(ret->address.sun_path, place->name, strlen(place->name)); /* shorter than the path */
	ret->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(place->name) + 1);
	return 0;
}

static int visit_end(struct visit *visit)
{
	int result = 0;

	if (visit->back < 0)
		return 0;
	if (fchdir(visit->back))
		result = -errno;
	(void)close(visit->back); /* O_PATH: nothing to lose */
	return result;
}

/* Does anybody answer at this socket file? Only ECONNREFUSED says for sure that nobody does. 1:
 * somebody may, 0: nobody does, or -errno: -EACCES where we may not ask. */
static int somebody_listens(const struct listen_spec *spec, const struct path_place *place)
{
	int fd = socket(AF_UNIX, spec->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int result = fd < 0 ? -errno : 1;
	struct visit visit;

	if (fd < 0)
		return result;
	result = visit_begin(spec, place, &visit);
	if (!result && !connect(fd, (const struct sockaddr *)&visit.address, visit.length))
		result = 1;
	else if (!result)
		result = errno == EACCES ? -EACCES : errno != ECONNREFUSED;
	(void)close(fd); /* nothing was written */
	if (visit_end(&visit))
		return -EIO;
	return result;
}

/* NULL where the place is free, or could be made so: *ret_stale. */
static const struct failure *place_look(const struct listen_spec *spec,
					const struct path_place *place, bool *ret_stale)
{
	struct stat status = { 0 };
	int listens;

	*ret_stale = false;
	if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? NULL
				       : refuse(spec, "look at", errno, capability_missing(errno));
	if (!S_ISSOCK(status.st_mode))
		return failure_new(typed_format(spec), 0, "remove it, or use another path",
				   "%s exists and is not a socket", path_of(spec));
	listens = somebody_listens(spec, place);
	if (listens < 0)
		return refuse(spec, "look at", -listens, capability_missing(-listens));
	if (listens)
		return refuse(spec, "bind", EADDRINUSE, "something else listens there");
	*ret_stale = true;
	return NULL;
}

/* --- binding -------------------------------------------------------------------------------- */

static bool owner_is_right(const struct listen_spec *spec, const struct stat *status)
{
	return (spec->owner.uid == (uid_t)-1 || status->st_uid == spec->owner.uid) &&
	       (spec->owner.gid == (gid_t)-1 || status->st_gid == spec->owner.gid);
}

/* Is it what we have just bound? Whoever may write to the folder can have put another socket of
 * ours in its place, but none that has a name elsewhere. */
static bool is_just_bound(const struct stat *status)
{
	return S_ISSOCK(status->st_mode) && status->st_uid == geteuid() && status->st_nlink == 1;
}

static const struct failure *owner_set(const struct listen_spec *spec,
				       const struct path_place *place)
{
	int fd = openat(place->folder, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	const struct failure *failure = NULL;
	struct stat status = { 0 };
	int result;

	if (fd < 0 || fstat(fd, &status))
		failure = refuse(spec, "look at", errno, NULL);
	else if (!is_just_bound(&status))
		failure = failure_new(typed_format(spec), 0, "use a folder that is root's",
				      "somebody has put something else in the place of %s",
				      path_of(spec));
	else if (!owner_is_right(spec, &status) &&
		 ((result = file_give(fd, spec->owner.uid, spec->owner.gid)) ||
		  (result = fstat(fd, &status) ? -errno : 0)))
		failure = refuse(spec, "change the owner of", -result,
				 result == -EPERM ? "a capability is missing: add CHOWN" : NULL);
	else if (!owner_is_right(spec, &status))
		failure = refuse(spec, "change the owner of", ENOEFFECT, NULL);
	if (fd >= 0)
		(void)close(fd); /* O_PATH: nothing to lose */
	return failure;
}

/* bind(2) creates the file with 0777 less the umask, so the umask makes the mode right from the
 * start; and nobody can connect before listen(2). */
static int place_bind(const struct listen_spec *spec, const struct path_place *place, int fd)
{
	mode_t before = 0;
	struct visit visit;
	int result = visit_begin(spec, place, &visit), back;

	if (!result && spec->mode != MODE_UNSET)
		result = effect_umask(0777 & ~spec->mode, &before);
	if (!result)
		result = effect_bind(fd, (const struct sockaddr *)&visit.address, visit.length);
	if (!result && spec->mode != MODE_UNSET)
		result = effect_umask(before, NULL);
	back = visit_end(&visit);
	return result ? result : back;
}

static const struct failure *bind_in(const struct listen_spec *spec, const struct path_place *place,
				     int fd)
{
	bool stale;
	const struct failure *failure = place_look(spec, place, &stale);
	int result;

	if (failure)
		return failure;
	if (stale && unlinkat(place->folder, place->name, 0))
		return refuse(spec, "remove the stale socket", errno, capability_missing(errno));
	result = place_bind(spec, place, fd);
	if (result)
		return refuse(spec, "bind", -result, capability_missing(-result));
	return owner_set(spec, place);
}

const struct failure *unix_socket_bind(const struct listen_spec *spec, int fd)
{
	struct path_place place;
	const struct failure *failure = place_open(spec, &place);

	if (failure)
		return failure;
	failure = bind_in(spec, &place, fd);
	path_close(&place);
	return failure;
}

/* --- whether it would work ------------------------------------------------------------------ */

static const struct failure *owner_try(const struct listen_spec *spec)
{
	const struct owner *owner = &spec->owner;
	const struct identity us = credentials_now();
	const bool uid_is_ours = owner->uid == (uid_t)-1 || owner->uid == us.uid;
	const bool gid_is_ours = owner->gid == (gid_t)-1 || identity_has_group(&us, owner->gid);

	if ((uid_is_ours && gid_is_ours) || capabilities_have(CAP_CHOWN))
		return NULL;
	return refuse(spec, "change the owner of", EPERM, "a capability is missing: add CHOWN");
}

/* How it is before any --chown: what stands in the way, in the folder and in the socket that is
 * there. */
struct prospect {
	const struct failure *folder, *socket;
	bool there;
};

static void place_try(const struct listen_spec *spec, const struct path_place *place,
		      struct prospect *now)
{
	if (faccessat(place->folder, ".", W_OK | X_OK, AT_EACCESS))
		now->folder = refuse(spec, "bind", errno, capability_missing(errno));
	if (faccessat(place->folder, ".", X_OK, AT_EACCESS))
		return; /* it is hidden */
	now->socket = place_look(spec, place, &now->there);
	now->there |= now->socket != NULL;
}

static bool chown_may_mend(const struct failure *failure)
{
	return !failure || failure->error == ENOENT || failure->error == EACCES;
}

static const struct failure *foresee(const struct listen_spec *spec, const struct outlook *outlook,
				     const char *path, const struct failure *now,
				     const char **ret_after)
{
	const char *text = now ? now->tried : NULL;
	const char *then = outlook_obstacle(outlook, NULL, path, W_OK, text, ret_after);

	if (!then || then == text)
		return then ? now : NULL;
	return failure_new(typed_format(spec), 0, NULL, "%s", then);
}

/* What is not there, or not for us to write to, may be so once every --chown is done; and what is
 * may not be then. */
const struct failure *unix_socket_try(const struct listen_spec *spec, const struct outlook *outlook,
				      const char **ret_after)
{
	const char *path = path_of(spec);
	const char *folder = text_format("%.*s", (int)(strrchr(path, '/') - path), path);
	const struct failure *failure = owner_try(spec);
	struct path_place place;
	struct prospect now = { 0 };

	if (failure)
		return failure;
	now.folder = place_open(spec, &place);
	if (!now.folder) {
		place_try(spec, &place, &now);
		path_close(&place);
	}
	if (!chown_may_mend(now.folder))
		return now.folder;
	if (!chown_may_mend(now.socket))
		return now.socket;
	failure = foresee(spec, outlook, folder, now.folder, ret_after);
	if (!failure && now.there)
		failure = foresee(spec, outlook, path, now.socket, ret_after);
	return failure;
}
