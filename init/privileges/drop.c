#include "init/privileges/drop.h"

#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"
#include "init/privileges/user.h"
#include "init/privileges/credentials.h"
#include "init/sys/message.h"
#include "init/sys/text.h"

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

/* --- can it be done? ------------------------------------------------------------------------ */

static const char *user_typed(const struct plan *plan)
{
	return plan->user ? text_format("--user %s", plan->user)
			  : text_format("--user-from %s", plan->user_from);
}

/* Already the user, but with other groups: which do we have? */
static const struct failure *groups_obstacle(const struct plan *plan)
{
	const char *target = text_format("%u", plan->identity.gid), *ours = "";
	gid_t *groups;
	int count;

	if (credentials_groups(&groups, &count))
		return failure_new(NULL, errno, NULL, "cannot read our own groups");
	for (int i = 0; i < count; i++)
		ours = text_format("%s %u", ours, groups[i]);
	for (size_t i = 0; i < plan->identity.group_count; i++) {
		if (plan->identity.groups[i] != plan->identity.gid)
			target = text_format("%s %u", target, plan->identity.groups[i]);
	}
	return failure_new(
		user_typed(plan), 0,
		"start as root, or with these groups; --groups keep takes those that there "
		"are",
		"already user %u, but not with the groups %s (these are: %u%s), and no "
		"CAP_SETGID to change them",
		plan->identity.uid, target, getgid(), ours);
}

const struct failure *privileges_obstacle(const struct plan *plan)
{
	const struct identity *target = &plan->identity;
	bool groups_right;
	char name[128];

	if (!plan->drops || target->unresolved)
		return target->unresolved;
	groups_right = credentials_groups_are(target) && credentials_gids_are(target->gid);
	if ((groups_right || capabilities_have(CAP_SETGID)) &&
	    (credentials_uids_are(target->uid) || capabilities_have(CAP_SETUID)))
		return NULL;
	if (credentials_uids_are(target->uid))
		return groups_obstacle(plan);
	identity_format(target, name, sizeof(name));
	if (geteuid() != 0)
		return failure_new(user_typed(plan), 0, "start as root, or as that user",
				   "started as user %u, which cannot become %s", geteuid(), name);
	return failure_new(user_typed(plan), 0, "add SETUID and SETGID, or start as the user",
			   "root without CAP_SETUID and CAP_SETGID cannot become %s", name);
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

static const struct failure *no_new_privs_set(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return failure_new(NULL, errno, NULL, "cannot set no_new_privs");
	return NULL;
}

/* --- the proof ------------------------------------------------------------------------------ */

/* NULL where all of it is as it was set; else what is not. */
static const char *ids_disprove(const struct outcome *outcome)
{
	const struct identity *identity = outcome->identity;

	if (!credentials_groups_are(identity))
		return "the group list";
	if (!credentials_gids_are(identity->gid))
		return "the gid";
	if (!credentials_uids_are(identity->uid))
		return "the uid";
	/* After a drop, try to get it back. */
	if (!syscall(SYS_setuid, 0) || !syscall(SYS_setresuid, -1, 0, -1))
		return "the uid (root could be had again)";
	if (outcome->old_uid != identity->uid &&
	    !syscall(SYS_setresuid, outcome->old_uid, outcome->old_uid, outcome->old_uid))
		return "the uid (the old one could be had again)";
	if (outcome->old_gid != identity->gid &&
	    !syscall(SYS_setresgid, outcome->old_gid, outcome->old_gid, outcome->old_gid))
		return "the gid (the old one could be had again)";
	return NULL;
}

static const char *capabilities_disprove(const struct outcome *outcome)
{
	struct capability_sets sets;

	if (capabilities_read(&sets) || sets.permitted != outcome->kept ||
	    sets.effective != outcome->kept)
		return "the permitted or effective capability set";
	if (sets.inheritable != outcome->ambient)
		return "the inheritable capability set";
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		const bool kept = outcome->ambient & CAPABILITY_BIT(n);
		const int bounding = prctl(PR_CAPBSET_READ, n, 0, 0, 0);
		/* What is not inheritable is not ambient. capabilities(7) */
		const int ambient = (sets.inheritable & CAPABILITY_BIT(n))
					    ? prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, n, 0, 0)
					    : 0;

		if (bounding < 0 && errno == EINVAL)
			break; /* the kernel has no capability with this number */
		if (bounding < 0 || (outcome->bounding_cut && bounding > kept))
			return "the capability bounding set";
		if (ambient != kept && (kept || ambient > 0))
			return "the ambient capability set";
	}
	return NULL;
}

static const struct failure *verify(const struct outcome *outcome)
{
	const char *wrong = ids_disprove(outcome);

	if (!wrong)
		wrong = capabilities_disprove(outcome);
	if (!wrong && outcome->no_new_privs && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		wrong = "no_new_privs";
	if (!wrong && outcome->securebits_set &&
	    (prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & SECUREBITS) != SECUREBITS)
		wrong = "securebits";
	if (!wrong && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		wrong = "not being dumpable";
	return wrong ? failure_new(
			       NULL, 0, NULL,
			       "stepping down did not take: %s is not as it was set; not starting "
			       "the command",
			       wrong)
		     : NULL;
}

/* --- the step ------------------------------------------------------------------------------- */

static const struct failure *capabilities_refuse(int result)
{
	return failure_new(NULL, -result, NULL, "cannot set the capability sets");
}

/* What is held across the change of ids: what is kept, and what setting the rest takes. */
static const struct failure *holding_find(const struct outcome *outcome, uint64_t *ret_holding)
{
	struct capability_sets sets;
	const int result = capabilities_read(&sets);

	if (result)
		return failure_new(NULL, -result, NULL, "cannot read the capability sets");
	*ret_holding = sets.permitted & (outcome->kept | CAPABILITY_BIT(CAP_SETPCAP));
	if ((*ret_holding & outcome->kept) != outcome->kept)
		return failure_new("--allow-port", 0, "add NET_BIND_SERVICE",
				   "CAP_NET_BIND_SERVICE is not among our capabilities");
	return NULL;
}

/* With the ids gone: the capability sets and securebits as they are to be. */
static const struct failure *sets_drop(const struct plan *plan, uint64_t holding,
				       struct outcome *outcome)
{
	const struct capability_sets meanwhile = { holding, holding, outcome->ambient };
	const struct capability_sets finally = { outcome->kept, outcome->kept, outcome->ambient };
	int result = capabilities_set(&meanwhile);

	if (!result)
		result = capabilities_set_ambient(outcome->ambient);
	if (result)
		return capabilities_refuse(result);
	if (!plan->allow_new_privs)
		outcome->securebits_set = capabilities_set_securebits();
	if (holding != outcome->kept)
		result = capabilities_set(&finally);
	return result ? capabilities_refuse(result) : NULL;
}

static const struct failure *drop_identity(const struct plan *plan, struct outcome *outcome)
{
	uint64_t holding = 0;
	const struct failure *failure = holding_find(outcome, &holding);

	if (failure)
		return failure;
	/* sudo, which --allow-new-privs is for, needs a bounding set and root's capabilities. */
	if (!plan->allow_new_privs)
		outcome->bounding_cut = capabilities_cut_bounding(outcome->ambient);
	keyring_leave();
	if (holding && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return failure_new(NULL, errno, NULL,
				   "cannot keep capabilities across the change of user");
	failure = credentials_change(outcome->identity);
	if (failure)
		return failure;
	/* From here there is no way back: the ids are gone, and with them most capabilities. */
	if (holding && prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
		return failure_new(NULL, errno, NULL, "cannot reset keep_caps");
	return sets_drop(plan, holding, outcome);
}

/* The command has our uid: with this it can neither trace us nor look into our memory, where it
 * would find a capability, or the listener that its own filter asks. */
static const struct failure *protect_memory(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
		       ? failure_new(NULL, errno, NULL, "cannot make PID 1 undumpable")
		       : NULL;
}

/* The ids, and what the kernel takes along with them: nothing here keeps root from coming back. */
static const struct failure *become(const struct identity *identity)
{
	const struct failure *failure = credentials_change(identity);

	if (failure || (credentials_groups_are(identity) && credentials_gids_are(identity->gid) &&
			credentials_uids_are(identity->uid)))
		return failure;
	return failure_new(
		NULL, 0, NULL,
		"stepping down did not take: a user or group id is not as it was set; not "
		"starting the command");
}

static const struct failure *raise_bind(enum bind_capability keep)
{
	const int result = capabilities_raise_bind(keep == BIND_COMMAND);

	return result ? failure_new("--allow-port", -result, NULL,
				    "cannot raise CAP_NET_BIND_SERVICE for the command")
		      : NULL;
}

const struct failure *privileges_drop(const struct plan *plan, enum bind_capability keep,
				      bool filters)
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
	const struct failure *failure = NULL;

	if (plan->becomes)
		failure = become(&plan->identity);
	else if (plan->drops)
		failure = drop_identity(plan, &outcome);
	else if (keep != BIND_NOBODY)
		failure = raise_bind(keep);
	if (!failure && outcome.no_new_privs)
		failure = no_new_privs_set();
	if (!failure && (plan->drops || filters || keep != BIND_NOBODY))
		failure = protect_memory();
	if (!failure && plan->drops)
		failure = verify(&outcome);
	return failure;
}

const struct failure *privileges_give_up(void)
{
	const int result = capabilities_empty();

	return result ? failure_new(NULL, -result, NULL,
				    "cannot give up CAP_NET_BIND_SERVICE in PID 1")
		      : NULL;
}
