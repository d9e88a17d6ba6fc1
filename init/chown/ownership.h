/* ownership.h: give a path and everything below it to a user, without following anything out of it.
 *
 * What is right already is not written to. Left alone, and told of, are files that other names
 * reach too (several links; unless spec->hardlinks), set-user-ID and set-group-ID files, files with
 * capabilities, devices, and whatever is mounted below the path. The path itself comes last, so
 * that a run that was killed half-way leaves it as it was, or root's: a folder of many entries that
 * is to be changed is root's while its entries change, so that nobody can make their names stand
 * for something else.
 */
#ifndef OWNERSHIP_H
#define OWNERSHIP_H

#include "init/plan.h"
#include "init/sys/failure.h"

#define OWNERSHIP_FAILURES  4	/* how many are told by path */
#define OWNERSHIP_EXAMPLES  3	/* how many of each kind that is left alone are */
#define OWNERSHIP_PATH_SIZE 512 /* of a longer path the end, after "..." */

/* Why something that belongs to somebody else is left alone. */
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
	OWNERSHIP_FOLLOW, /* PATH, which leads over a symbolic link */
	OWNERSHIP_ACCEPT, /* as PATH */
};

struct ownership_failure {
	enum ownership_act act;
	int error;
	bool immutable;	 /* or append-only: chattr(1) */
	const char *why; /* PATH was not accepted: a phrase; else NULL */
	char path[OWNERSHIP_PATH_SIZE];
};

/* The symbolic link in PATH, or PATH itself, that was not followed. */
struct ownership_link {
	char path[OWNERSHIP_PATH_SIZE];
	char target[OWNERSHIP_PATH_SIZE];
	char instead[OWNERSHIP_PATH_SIZE]; /* PATH without it; "": it would be too long */
	uid_t uid;			   /* whose it is */
};

struct ownership_report {
	const struct chown_spec *spec;
	const char *typed; /* "--chown PATH…" */
	uint64_t looked_at, changed, left[LEFT_COUNT], failed;
	bool created, mode_changed; /* PATH itself */
	long filesystem;	    /* f_type of statfs(2) */
	struct ownership_failure failures[OWNERSHIP_FAILURES];
	char examples[LEFT_COUNT][OWNERSHIP_EXAMPLES][OWNERSHIP_PATH_SIZE];
	struct ownership_link link; /* with OWNERSHIP_FOLLOW */
};

/* Make spec->path and all below it belong to spec->owner.
 *
 * With dry_run nothing is changed: what would be done is counted, and what can be known to fail
 * (no CAP_CHOWN, an id that is not mapped, a read-only file system, an immutable file) fails.
 *
 * interrupted(context) is asked every few entries, from two threads at once, and ends the walk when
 * it says so. NULL: it is never. A walk of more than five seconds says how far it is, every five
 * seconds.
 *
 * Returns 0, -EINTR when interrupted, or the first failure as -errno: ownership_failure(report, 0)
 * is why. The report is filled in every case. Failures of single entries do not stop the walk; PATH
 * itself then stays as it was, unless spec->optional accepts failures and its policy does not need
 * the mark. What was left alone is no failure, but the user should know: ownership_left_alone().
 *
 * Needs CAP_CHOWN, CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE where the folders are not our own (or
 * CAP_SETUID, to look into a folder as its owner), and CAP_FOWNER for spec->mode of a PATH that is
 * not ours. The calling thread must be the only one, and comes back as the only one.
 */
int ownership_apply(const struct chown_spec *spec, bool dry_run,
		    bool (*interrupted)(const void *context), const void *context,
		    struct ownership_report *ret_report);

/* Of the failures that are told: the number is below report->failed and OWNERSHIP_FAILURES. */
const struct failure *ownership_failure(const struct ownership_report *report, uint64_t number);

/* "looked at 12, changed 3, left alone 1 with several links". */
const char *ownership_summary(const struct ownership_report *report, bool dry_run);

/* "left alone 5 with several links: 'PATH', 'PATH', 'PATH' and 2 more (WHAT WOULD CHANGE THEM)";
 * NULL where there are none. */
const char *ownership_left_alone(const struct ownership_report *report, enum ownership_left left);

/* What one file will be when ownership_apply() has been here. */
struct ownership_forecast {
	bool covered; /* it is PATH or below it; if not, nothing of this will change it */
	bool exists;  /* it is there, or will be */
	bool made;    /* it is PATH, or on the way there, and will be */
	uid_t uid;    /* whose it is then, with which mode */
	gid_t gid;
	mode_t mode;
	const char *why_left; /* why a covered one does not become the owner's, and what to do;
				 NULL: it does */
};

/* Foresee what becomes of the file that path leads to, links included, as the kernel sees it now:
 * what --check has to know of what comes after --chown. Changes nothing. Returns 0 or -errno
 * (EACCES where we cannot look). Whether the whole of it will fail is ownership_apply()'s to say.
 */
int ownership_foresee(const struct chown_spec *spec, const char *path,
		      struct ownership_forecast *ret_forecast);

#endif
