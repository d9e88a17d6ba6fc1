#include "init/privileges.h"

#include "init/effect.h"
#include "init/identity.h"
#include "init/message.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LAST_POSSIBLE_CAPABILITY 63
#define CAPABILITY_BIT(n)	 ((uint64_t)1 << (n))

/* No capability by being root, none through ambient ever again, and no way to undo that. */
#define SECUREBITS                                                                                 \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |                          \
	 SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* What the kernel says that we hold, read without libcap-ng: a proof needs its own witness. */
struct capability_sets {
	uint64_t effective, permitted, inheritable;
};

/* What the drop came to, for the proof. */
struct outcome {
	const struct identity *identity;
	uid_t old_uid;
	gid_t old_gid;
	uint64_t kept;	  /* permitted and effective, in PID 1 */
	uint64_t ambient; /* and inheritable, and bounding */
	bool no_new_privs, bounding_cut, securebits_set;
};

static struct capability_sets capabilities_read(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	/* A call that did nothing must not look like empty sets. */
	memset(data, 0xff, sizeof(data));
	if (syscall(SYS_capget, &header, data))
		die("cannot read the capability sets: %s", strerror(errno));
	return (struct capability_sets){
		.effective = data[0].effective | (uint64_t)data[1].effective << 32,
		.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
		.inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32,
	};
}

bool privileges_have(unsigned capability)
{
	return capabilities_read().effective & CAPABILITY_BIT(capability);
}

bool privileges_may_raise(unsigned capability)
{
	return capabilities_read().permitted & CAPABILITY_BIT(capability);
}

/* --- groups, gid, uid ------------------------------------------------------------------------ */

/* Exactly these groups, in whatever order the kernel keeps them? */
static bool groups_are(const struct identity *identity)
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

static bool gids_are(gid_t gid)
{
	gid_t real = ~gid, effective = ~gid, saved = ~gid;

	return !getresgid(&real, &effective, &saved) && real == gid && effective == gid &&
	       saved == gid && (gid_t)setfsgid((gid_t)-1) == gid;
}

static bool uids_are(uid_t uid)
{
	uid_t real = ~uid, effective = ~uid, saved = ~uid;

	return !getresuid(&real, &effective, &saved) && real == uid && effective == uid &&
	       saved == uid && (uid_t)setfsuid((uid_t)-1) == uid;
}

const char *privileges_obstacle(const struct plan *plan)
{
	static char text[256];
	const struct identity *target = &plan->identity;
	bool groups_right;
	char name[128];

	if (!plan->drops)
		return NULL;
	groups_right = groups_are(target) && gids_are(target->gid);
	if ((groups_right || privileges_have(CAP_SETGID)) &&
	    (uids_are(target->uid) || privileges_have(CAP_SETUID)))
		return NULL;
	identity_format(target, name, sizeof(name));
	if (uids_are(target->uid))
		snprintf(
			text, sizeof(text),
			"already user %u, but not with the groups of %s, and no CAP_SETGID to change "
			"them (start as root, or with these groups)",
			target->uid, name);
	else if (geteuid() != 0)
		snprintf(
			text, sizeof(text),
			"started as user %u, which cannot become %s (start as root, or as that user)",
			geteuid(), name);
	else
		snprintf(text, sizeof(text),
			 "root without CAP_SETUID and CAP_SETGID cannot become %s (add SETUID and "
			 "SETGID, or start as the user)",
			 name);
	return text;
}

void privileges_require(const struct plan *plan)
{
	const char *obstacle = privileges_obstacle(plan);

	if (obstacle && plan->user)
		die("--user %s: %s", plan->user, obstacle);
	if (obstacle)
		die("--user-from %s: %s", plan->user_from, obstacle);
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
static void ids_change(const struct identity *identity)
{
	const uid_t uid = identity->uid;
	const gid_t gid = identity->gid;

	if (!groups_are(identity) &&
	    syscall(SYS_setgroups, identity->group_count, identity->groups))
		refuse_id("setgroups", identity, errno);
	if (!gids_are(gid) && syscall(SYS_setresgid, gid, gid, gid))
		refuse_id("setresgid", identity, errno);
	if (!uids_are(uid) && syscall(SYS_setresuid, uid, uid, uid))
		refuse_id("setresuid", identity, errno);
}

/* Whoever has a session keyring may read the keys in it, whatever the uid: so root's is not handed
 * down. Before the change of ids, for the user's quota may be used up by other containers.
 * session-keyring(7) */
static void keyring_leave(void)
{
	const long serial = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	const int error = serial < 0 ? errno : serial ? 0 : ENOEFFECT;

	/* An outer filter or the kernel has no keys for us, nor for the command. */
	if (error && error != EPERM && error != ENOSYS)
		message(MESSAGE_INFO, "the session keyring stays that of who started us: %s",
			strerror(error));
}

/* --- capability sets and securebits ---------------------------------------------------------- */

static void capabilities_set(const struct capability_sets *sets)
{
	struct capability_sets now;

	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		if (sets->effective & CAPABILITY_BIT(n))
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, n);
		if (sets->permitted & CAPABILITY_BIT(n))
			capng_update(CAPNG_ADD, CAPNG_PERMITTED, n);
		if (sets->inheritable & CAPABILITY_BIT(n))
			capng_update(CAPNG_ADD, CAPNG_INHERITABLE, n);
	}
	if (capng_apply(CAPNG_SELECT_CAPS))
		die("cannot set the capability sets: capset: %s", strerror(errno));
	now = capabilities_read();
	if (memcmp(&now, sets, sizeof(now)) != 0)
		die("cannot set the capability sets: capset: %s", strerror(ENOEFFECT));
}

/* What is ambient has to be permitted and inheritable already. A kernel before 4.3 has no ambient
 * set to clear. */
static void ambient_set(uint64_t ambient)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		die("cannot clear the ambient capabilities: %s", strerror(errno));
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		if ((ambient & CAPABILITY_BIT(n)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0))
			die("cannot make CAP_NET_BIND_SERVICE ambient: %s (Linux 4.3 or later can)",
			    strerror(errno));
	}
}

/* Where nothing is dropped: add CAP_NET_BIND_SERVICE to what we use or hand on, and take nothing.
 */
static void bind_raise(enum bind_capability keep)
{
	const uint64_t bind = CAPABILITY_BIT(CAP_NET_BIND_SERVICE);
	struct capability_sets sets = capabilities_read();

	sets.effective |= bind;
	if (keep == BIND_COMMAND)
		sets.inheritable |= bind;
	capabilities_set(&sets);
	if (keep == BIND_COMMAND &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0))
		die("--allow-port: cannot raise CAP_NET_BIND_SERVICE for the command: %s",
		    strerror(errno));
}

/* Cut every capability but the kept ones out of the bounding set; false where SETPCAP is missing:
 * no_new_privs covers it then. */
static bool bounding_cut(uint64_t kept)
{
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		const int bounding = prctl(PR_CAPBSET_READ, n, 0, 0, 0);

		if (bounding < 0 && errno == EINVAL)
			break; /* the kernel has no capability with this number */
		/* To drop what a container's engine has dropped costs ten times as much as to see
		 * it. */
		if (!bounding || (kept & CAPABILITY_BIT(n)) || !prctl(PR_CAPBSET_DROP, n, 0, 0, 0))
			continue;
		message(MESSAGE_INFO,
			"the capability bounding set stays: %s (CAP_SETPCAP mends it; no_new_privs keeps "
			"it from mattering)",
			strerror(errno));
		return false;
	}
	return true;
}

static bool securebits_set(void)
{
	const int before = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	if (before >= 0 &&
	    !prctl(PR_SET_SECUREBITS, (before & ~SECBIT_KEEP_CAPS) | SECUREBITS, 0, 0, 0))
		return true;
	message(MESSAGE_INFO,
		"the securebits stay: %s (CAP_SETPCAP mends it; no_new_privs keeps it from mattering)",
		strerror(errno));
	return false;
}

static void no_new_privs_set(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		die("cannot set no_new_privs: %s", strerror(errno));
}

/* --- the proof ------------------------------------------------------------------------------- */

static _Noreturn void unproved(const char *what)
{
	die("stepping down did not take: %s is not as it was set; not starting the command", what);
}

static void verify_ids(const struct outcome *outcome)
{
	const struct identity *identity = outcome->identity;

	if (!groups_are(identity))
		unproved("the group list");
	if (!gids_are(identity->gid))
		unproved("the gid");
	if (!uids_are(identity->uid))
		unproved("the uid");
	/* After a drop, try to get it back. */
	if (!syscall(SYS_setuid, 0) || !syscall(SYS_setresuid, -1, 0, -1))
		unproved("the uid (root could be had again)");
	if (outcome->old_uid != identity->uid &&
	    !syscall(SYS_setresuid, outcome->old_uid, outcome->old_uid, outcome->old_uid))
		unproved("the uid (the old one could be had again)");
	if (outcome->old_gid != identity->gid &&
	    !syscall(SYS_setresgid, outcome->old_gid, outcome->old_gid, outcome->old_gid))
		unproved("the gid (the old one could be had again)");
}

static void verify_capabilities(const struct outcome *outcome)
{
	const struct capability_sets sets = capabilities_read();

	if (sets.permitted != outcome->kept || sets.effective != outcome->kept)
		unproved("the permitted or effective capability set");
	if (sets.inheritable != outcome->ambient)
		unproved("the inheritable capability set");
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		const bool kept = outcome->ambient & CAPABILITY_BIT(n);
		const int bounding = prctl(PR_CAPBSET_READ, n, 0, 0, 0);
		/* What is not inheritable is not ambient. capabilities(7) */
		const int ambient = (sets.inheritable & CAPABILITY_BIT(n))
					    ? prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, n, 0, 0)
					    : 0;

		if (bounding < 0 && errno == EINVAL)
			break; /* the kernel has no capability with this number */
		if (bounding < 0)
			unproved("the capability bounding set");
		if (outcome->bounding_cut && bounding > kept)
			unproved("the capability bounding set");
		if (ambient != kept && (kept || ambient > 0))
			unproved("the ambient capability set");
	}
}

static void verify(const struct outcome *outcome)
{
	verify_ids(outcome);
	verify_capabilities(outcome);
	if (outcome->no_new_privs && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		unproved("no_new_privs");
	if (outcome->securebits_set &&
	    (prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & SECUREBITS) != SECUREBITS)
		unproved("securebits");
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		unproved("not being dumpable");
}

/* --- the step -------------------------------------------------------------------------------- */

static void drop_identity(const struct plan *plan, struct outcome *outcome)
{
	const uint64_t setpcap = CAPABILITY_BIT(CAP_SETPCAP);
	const uint64_t holding = capabilities_read().permitted & (outcome->kept | setpcap);
	const struct capability_sets meanwhile = { holding, holding, outcome->ambient };
	const struct capability_sets finally = { outcome->kept, outcome->kept, outcome->ambient };

	if ((holding & outcome->kept) != outcome->kept)
		die("--allow-port: CAP_NET_BIND_SERVICE is not among our capabilities (add "
		    "NET_BIND_SERVICE)");
	/* sudo, which --allow-new-privs is for, needs a bounding set and root's capabilities. */
	if (!plan->allow_new_privs)
		outcome->bounding_cut = bounding_cut(outcome->ambient);
	keyring_leave();
	if (holding && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		die("cannot keep capabilities across the change of user: %s", strerror(errno));
	ids_change(outcome->identity);
	/* From here there is no way back: the ids are gone, and with them most capabilities. */
	if (holding && prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
		die("cannot reset keep_caps: %s", strerror(errno));
	capabilities_set(&meanwhile);
	ambient_set(outcome->ambient);
	if (!plan->allow_new_privs)
		outcome->securebits_set = securebits_set();
	if (holding != outcome->kept)
		capabilities_set(&finally);
}

/* The command has our uid: with this it can neither trace us nor look into our memory, where it
 * would find a capability, or the listener that its own filter asks. */
static void protect_memory(void)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		die("cannot make PID 1 undumpable: %s", strerror(errno));
}

/* The ids, and what the kernel takes along with them: nothing here keeps root from coming back. */
static void become(const struct identity *identity)
{
	ids_change(identity);
	if (!groups_are(identity) || !gids_are(identity->gid) || !uids_are(identity->uid))
		unproved("a user or group id");
}

void privileges_drop(const struct plan *plan, enum bind_capability keep, bool filters)
{
	const uint64_t bind = CAPABILITY_BIT(CAP_NET_BIND_SERVICE);
	struct outcome outcome = {
		.identity = &plan->identity,
		.old_uid = getuid(),
		.old_gid = getgid(),
		.kept = keep == BIND_NOBODY ? 0 : bind,
		.ambient = keep == BIND_COMMAND ? bind : 0,
		.no_new_privs = filters || (plan->drops && !plan->allow_new_privs),
	};

	if (plan->becomes)
		become(&plan->identity);
	if (plan->drops)
		drop_identity(plan, &outcome);
	else if (keep != BIND_NOBODY)
		bind_raise(keep);
	if (outcome.no_new_privs)
		no_new_privs_set();
	if (plan->drops || filters || keep != BIND_NOBODY)
		protect_memory();
	if (plan->drops)
		verify(&outcome);
}

int privileges_empty(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct none[2] = { 0 };
	struct __user_cap_data_struct now[2];

	memset(now, 0xff, sizeof(now));
	if (syscall(SYS_capset, &header, none) || syscall(SYS_capget, &header, now))
		return -errno;
	return memcmp(now, none, sizeof(none)) ? -EPERM : 0;
}

void privileges_give_up(void)
{
	const int result = privileges_empty();

	if (result)
		die("cannot give up CAP_NET_BIND_SERVICE in PID 1: %s", strerror(-result));
}
