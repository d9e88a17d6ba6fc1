/* ownership.h: give a path and everything below it to a user, without following anything out of it.
 *
 * What is right already is not written to. Left alone, and counted, are files that other names
 * reach too (several links), set-user-ID and set-group-ID files, files with capabilities, devices,
 * and whatever is mounted below the path. The path itself comes last, so that a run that was killed
 * half-way leaves it as it was, or root's: a folder of many entries that is to be changed is root's
 * while its entries change, so that nobody can make their names stand for something else.
 */
#ifndef OWNERSHIP_H
#define OWNERSHIP_H

#include "init/plan.h"

#define OWNERSHIP_FAILURES 4 /* how many are told by path */

/* Why an entry that belongs to somebody else was left alone. */
enum ownership_left {
	LEFT_LINKS,
	LEFT_SETID,
	LEFT_CAPABILITY,
	LEFT_DEVICE,
	LEFT_MOUNT,
	LEFT_COUNT,
};

/* What was being done when it failed. */
enum ownership_act {
	OWNERSHIP_OPEN,
	OWNERSHIP_READ,
	OWNERSHIP_LOOK,
	OWNERSHIP_CHANGE,
	OWNERSHIP_MODE,
	OWNERSHIP_CREATE,
	OWNERSHIP_ACCEPT, /* as PATH */
};

struct ownership_failure {
	enum ownership_act act;
	int error;
	bool fixed;	 /* immutable or append-only: chattr(1) */
	const char *why; /* PATH was not accepted: a phrase; else NULL */
	char path[512];	 /* the end of a longer one, after "..." */
};

struct ownership_report {
	uint64_t looked_at, changed, left[LEFT_COUNT], failed;
	bool created, mode_changed; /* PATH itself */
	uid_t uid;
	gid_t gid;
	long filesystem; /* f_type of statfs(2) */
	struct ownership_failure failures[OWNERSHIP_FAILURES];
};

/* Make spec->path and all below it belong to uid:gid, which is spec->owner's or the plan's user.
 * With dry_run only count what would be done.
 *
 * interrupted() is asked every few entries, from two threads at once, and ends the walk when it
 * says so. A walk of more than five seconds says how far it is, every five seconds.
 *
 * Returns 0, -EINTR when interrupted, or the first failure as -errno: ownership_failure_format()
 * then says which and what to do. The report is filled in every case. Failures of single entries
 * do not stop the walk; PATH itself then stays as it was, unless spec->optional accepts failures
 * and its policy does not need the mark.
 *
 * Needs CAP_CHOWN, CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE where the folders are not our own (or
 * CAP_SETUID, to look into a folder as its owner), and CAP_FOWNER for spec->mode of a PATH that is
 * not ours. The calling thread must be the only one, and comes back as the only one.
 */
int ownership_apply(const struct chown_spec *spec, uid_t uid, gid_t gid, bool dry_run,
		    bool (*interrupted)(void), struct ownership_report *ret_report);

/* "looked at 12, changed 3, left alone 1 (several links)". Returns text. */
const char *ownership_summary_format(const struct ownership_report *report, bool dry_run,
				     char *text, size_t size);

/* "cannot change the owner of 'PATH': REASON (WHAT TO DO)". Returns text. */
const char *ownership_failure_format(const struct ownership_report *report,
				     const struct ownership_failure *failure, char *text,
				     size_t size);

#endif
