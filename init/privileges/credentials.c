#include "init/privileges/credentials.h"

#include "init/privileges/groups.h"
#include "init/privileges/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel keeps groups in an order of its own. */
int credentials_groups(gid_t **ret_groups, int *ret_count)
{
	const int count = getgroups(0, NULL);
	gid_t *groups = count < 0 ? NULL : calloc((size_t)count + 1, sizeof(*groups));

	if (!groups)
		return -1;
	if (getgroups(count, groups) != count) {
		free(groups);
		return -1;
	}
	groups_sort(groups, (size_t)count);
	*ret_groups = groups;
	*ret_count = count;
	return 0;
}

struct identity credentials_now(void)
{
	struct identity now = { .uid = geteuid(), .gid = getegid() };
	int count;

	if (!credentials_groups(&now.groups, &count))
		now.group_count = (size_t)count;
	return now;
}

/* Both sorted: the same but for one group, which either may lack? */
static bool lists_agree(const gid_t *a, size_t a_count, const gid_t *b, size_t b_count, gid_t but)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a_count && a[i] == but)
			i++;
		while (j < b_count && b[j] == but)
			j++;
		if (i == a_count || j == b_count)
			return i == a_count && j == b_count;
		if (a[i++] != b[j++])
			return false;
	}
}

bool credentials_groups_are(const struct identity *identity)
{
	gid_t *groups;
	int count;
	bool agree;

	if (credentials_groups(&groups, &count))
		return false;
	agree = lists_agree(groups, (size_t)count, identity->groups, identity->group_count,
			    identity->gid);
	free(groups);
	return agree;
}

static bool groups_are_exactly(const struct identity *identity)
{
	gid_t *groups;
	int count;
	bool equal;

	if (credentials_groups(&groups, &count))
		return false;
	equal = (size_t)count == identity->group_count &&
		(!count || !memcmp(groups, identity->groups, (size_t)count * sizeof(*groups)));
	free(groups);
	return equal;
}

/* gVisor has no file system ids of their own, and no call for them. */
static bool filesystem_id_is(int answer, unsigned id)
{
	return (unsigned)answer == id || (answer == -1 && errno == ENOSYS);
}

bool credentials_gids_are(gid_t gid)
{
	gid_t real = ~gid, effective = ~gid, saved = ~gid;

	return !getresgid(&real, &effective, &saved) && real == gid && effective == gid &&
	       saved == gid && filesystem_id_is(setfsgid((gid_t)-1), gid);
}

bool credentials_uids_are(uid_t uid)
{
	uid_t real = ~uid, effective = ~uid, saved = ~uid;

	return !getresuid(&real, &effective, &saved) && real == uid && effective == uid &&
	       saved == uid && filesystem_id_is(setfsuid((uid_t)-1), uid);
}

/* What EPERM and EINVAL mean in a user namespace. user_namespaces(7) */
static const struct failure *refuse_id(const char *call, const struct identity *identity, int error)
{
	const char *advice = NULL;
	char name[128];

	if (error == EPERM)
		advice =
			"add SETUID and SETGID; in a user namespace /proc/self/setgroups and gid_map "
			"must allow it";
	else if (error == EINVAL)
		advice = "an id is not mapped in this user namespace: see uid_map and gid_map";
	else if (error == EAGAIN)
		advice = "the user is at its limit of processes";
	return failure_new(NULL, error, advice, "cannot become %s: %s",
			   identity_format(identity, name, sizeof(name)), call);
}

/* In this order: without uid 0 the groups could not be changed any more. The calls are the
 * kernel's, not libc's, which stop every thread for them: we are the only one. */
const struct failure *credentials_change(const struct identity *identity)
{
	const uid_t uid = identity->uid;
	const gid_t gid = identity->gid;

	/* Who may not change them needs them to be right, and no more than that. */
	if (!groups_are_exactly(identity) &&
	    syscall(SYS_setgroups, identity->group_count, identity->groups)) {
		const int error = errno;

		if (error != EPERM || !credentials_groups_are(identity))
			return refuse_id("setgroups", identity, error);
	}
	if (!credentials_gids_are(gid) && syscall(SYS_setresgid, gid, gid, gid))
		return refuse_id("setresgid", identity, errno);
	if (!credentials_uids_are(uid) && syscall(SYS_setresuid, uid, uid, uid))
		return refuse_id("setresuid", identity, errno);
	return NULL;
}
