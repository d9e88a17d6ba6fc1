#include "init/privileges/drop.h"

#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"
#include "init/privileges/user.h"
#include "init/privileges/credentials.h"
#include "init/sys/message.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the drop came to, for the proof. */
struct outcome {
	const struct identity *identity;
	uid_t old_uid;
	gid_t old_gid;
	uint64_t kept;	  /* permitted and effective, in PID 1 */
	uint64_t ambient; /* and inheritable, and bounding */
	bool no_new_privs, bounding_cut, securebits_set;
};

/* --- can it be done? ------------------------------------------------------------------------- */

const char *privileges_obstacle(const struct plan *plan)
{
	static char text[256];
	const struct identity *target = &plan->identity;
	bool groups_right;
	char name[128];

	if (!plan->drops)
		return NULL;
	groups_right = credentials_groups_are(target) && credentials_gids_are(target->gid);
	if ((groups_right || capabilities_have(CAP_SETGID)) &&
	    (credentials_uids_are(target->uid) || capabilities_have(CAP_SETUID)))
		return NULL;
	identity_format(target, name, sizeof(name));
	if (credentials_uids_are(target->uid))
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

	if (!credentials_groups_are(identity))
		unproved("the group list");
	if (!credentials_gids_are(identity->gid))
		unproved("the gid");
	if (!credentials_uids_are(identity->uid))
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
		outcome->bounding_cut = capabilities_cut_bounding(outcome->ambient);
	keyring_leave();
	if (holding && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		die("cannot keep capabilities across the change of user: %s", strerror(errno));
	credentials_change(outcome->identity);
	/* From here there is no way back: the ids are gone, and with them most capabilities. */
	if (holding && prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
		die("cannot reset keep_caps: %s", strerror(errno));
	capabilities_set(&meanwhile);
	capabilities_set_ambient(outcome->ambient);
	if (!plan->allow_new_privs)
		outcome->securebits_set = capabilities_set_securebits();
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
	credentials_change(identity);
	if (!credentials_groups_are(identity) || !credentials_gids_are(identity->gid) ||
	    !credentials_uids_are(identity->uid))
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
		capabilities_raise_bind(keep == BIND_COMMAND);
	if (outcome.no_new_privs)
		no_new_privs_set();
	if (plan->drops || filters || keep != BIND_NOBODY)
		protect_memory();
	if (plan->drops)
		verify(&outcome);
}

void privileges_give_up(void)
{
	const int result = capabilities_empty();

	if (result)
		die("cannot give up CAP_NET_BIND_SERVICE in PID 1: %s", strerror(-result));
}
