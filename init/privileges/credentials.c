#include "init/privileges/credentials.h"

#include "init/privileges/user.h"
#include "init/sys/message.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel keeps groups in an order of its own. */
bool credentials_groups_are(const struct identity *identity)
{
	const int count = getgroups(0, NULL);
	gid_t *groups;
	bool equal;

	if (count < 0 || (size_t)count != identity->group_count)
		return false;
	if (!count)
		return true;
	groups = calloc((size_t)count, sizeof(*groups));
	if (!groups || getgroups(count, groups) != count) {
		free(groups);
		return false;
	}
	groups_sort(groups, (size_t)count);
	equal = !memcmp(groups, identity->groups, (size_t)count * sizeof(*groups));
	free(groups);
	return equal;
}

bool credentials_gids_are(gid_t gid)
{
	gid_t real = ~gid, effective = ~gid, saved = ~gid;

	return !getresgid(&real, &effective, &saved) && real == gid && effective == gid &&
	       saved == gid && (gid_t)setfsgid((gid_t)-1) == gid;
}

bool credentials_uids_are(uid_t uid)
{
	uid_t real = ~uid, effective = ~uid, saved = ~uid;

	return !getresuid(&real, &effective, &saved) && real == uid && effective == uid &&
	       saved == uid && (uid_t)setfsuid((uid_t)-1) == uid;
}

/* What EPERM and EINVAL mean in a user namespace. user_namespaces(7) */
static _Noreturn void refuse_id(const char *call, const struct identity *identity, int error)
{
	char name[128];
	const char *advice = "";

	if (error == EPERM)
		advice = " (add SETUID and SETGID; in a user namespace /proc/self/setgroups and "
			 "gid_map must allow it)";
	else if (error == EINVAL)
		advice = " (an id is not mapped in this user namespace: see uid_map and gid_map)";
	else if (error == EAGAIN)
		advice = " (the user is at its limit of processes)";
	die("cannot become %s: %s: %s%s", identity_format(identity, name, sizeof(name)), call,
	    strerror(error), advice);
}

/* In this order: without uid 0 the groups could not be changed any more. The calls are the
 * kernel's, not libc's, which stop every thread for them: we are the only one. */
void credentials_change(const struct identity *identity)
{
	const uid_t uid = identity->uid;
	const gid_t gid = identity->gid;

	if (!credentials_groups_are(identity) &&
	    syscall(SYS_setgroups, identity->group_count, identity->groups))
		refuse_id("setgroups", identity, errno);
	if (!credentials_gids_are(gid) && syscall(SYS_setresgid, gid, gid, gid))
		refuse_id("setresgid", identity, errno);
	if (!credentials_uids_are(uid) && syscall(SYS_setresuid, uid, uid, uid))
		refuse_id("setresuid", identity, errno);
}
