#include "init/chown/report.h"

#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"
#include "init/sys/text.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <unistd.h>

/* What is left alone, and what would change it. */
static const struct left_kind {
	const char *those, *it, *advice;
} left_kinds[LEFT_COUNT] = {
	[LEFT_LINKS] = { "with several links", "it has several links, so it is another file too",
			 "add the key hardlinks if nobody else writes there meanwhile" },
	[LEFT_SETID] = { "set-user-ID or set-group-ID", "it is set-user-ID or set-group-ID",
			 "chown would take that away: chmod ug-s, or chown it in the image" },
	[LEFT_CAPABILITY] = { "with file capabilities", "it has file capabilities",
			      "chown would take them away: setcap -r, or chown it in the image" },
	[LEFT_DEVICE] = { "devices", "it is a device", "let the user have its group: --groups" },
	[LEFT_MOUNT] = { "mount points", "it is a mount point", "give it a --chown of its own" },
};

const char *left_format(enum ownership_left left)
{
	return text_format("%s: %s", left_kinds[left].it, left_kinds[left].advice);
}

void report_add_failure(struct ownership_report *report, const struct node *folder,
			const char *name, const struct ownership_failure *failure)
{
	const uint64_t number = report->failed++;

	if (number >= OWNERSHIP_FAILURES)
		return;
	report->failures[number] = *failure;
	node_path(folder, name, report->failures[number].path, OWNERSHIP_PATH_SIZE);
}

void report_add_left(struct ownership_report *report, const struct node *folder, const char *name,
		     enum ownership_left left)
{
	const uint64_t number = report->left[left]++;

	if (number < OWNERSHIP_EXAMPLES)
		node_path(folder, name, report->examples[left][number], OWNERSHIP_PATH_SIZE);
}

const char *ownership_summary(const struct ownership_report *report, bool dry_run)
{
	const char *text =
		text_format("%slooked at %ju, %s %ju%s",
			    !report->created ? ""
			    : dry_run	     ? "to create, "
					     : "created, ",
			    report->looked_at, dry_run ? "to change" : "changed", report->changed,
			    !report->mode_changed ? ""
			    : dry_run		  ? ", the mode to set"
						  : ", the mode set");

	for (int i = 0; i < LEFT_COUNT; i++)
		if (report->left[i])
			text = text_format("%s, left alone %ju %s", text, report->left[i],
					   left_kinds[i].those);
	return report->failed ? text_format("%s, failed %ju", text, report->failed) : text;
}

const char *ownership_left_alone(const struct ownership_report *report, enum ownership_left left)
{
	const uintmax_t count = report->left[left];
	const char *text = text_format("left alone %ju %s: ", count, left_kinds[left].those);
	uintmax_t told = 0;

	for (; told < count && told < OWNERSHIP_EXAMPLES; told++)
		text = text_format("%s%s'%s'", text, told ? ", " : "",
				   report->examples[left][told]);
	if (count > told)
		text = text_format("%s and %ju more", text, count - told);
	return count ? text_format("%s (%s)", text, left_kinds[left].advice) : NULL;
}

/* --- what failed, and what to do ------------------------------------------------------------ */

static const char *const acts[] = {
	[OWNERSHIP_OPEN] = "cannot open",
	[OWNERSHIP_READ] = "cannot read the folder",
	[OWNERSHIP_LOOK] = "cannot look at",
	[OWNERSHIP_CHANGE] = "cannot change the owner of",
	[OWNERSHIP_MODE] = "cannot change the mode of",
	[OWNERSHIP_CREATE] = "cannot create",
	[OWNERSHIP_ACCEPT] = "refusing",
};

static const char *advice_server(const struct ownership_report *report, const char *otherwise)
{
	if (report->filesystem == NFS_SUPER_MAGIC)
		return "the NFS server does not accept root: export with no_root_squash, or chown "
		       "there";
	return otherwise;
}

static const char *advice_permission(const struct ownership_report *report,
				     const struct ownership_failure *failure)
{
	const bool mode = failure->act == OWNERSHIP_MODE;

	if (failure->immutable)
		return "it is immutable or append-only: chattr -ia";
	if (geteuid() != 0 && !capabilities_have(CAP_CHOWN))
		return "start as root, or set fsGroup in Kubernetes";
	if (!mode && !capabilities_have(CAP_CHOWN))
		return "add the capability CHOWN";
	if (mode && !capabilities_have(CAP_FOWNER))
		return "add the capability FOWNER";
	if (mode && !capabilities_have(CAP_FSETID))
		return "add the capability FSETID for a set-group-ID bit";
	return advice_server(report,
			     mode ? NULL
				  : "its owner is not mapped in this user namespace, or the "
				    "file system refuses");
}

static const char *advice_access(const struct ownership_report *report)
{
	if (!capabilities_have(CAP_DAC_OVERRIDE) && !capabilities_have(CAP_DAC_READ_SEARCH))
		return "add the capability DAC_OVERRIDE";
	return advice_server(report, NULL);
}

static const char *advice_find(const struct ownership_report *report,
			       const struct ownership_failure *failure)
{
	if (failure->act == OWNERSHIP_CREATE && failure->error != EACCES)
		return "make it in the image, or mount a volume there";
	switch (failure->error) {
	case EPERM:
		return advice_permission(report, failure);
	case EACCES:
		return advice_access(report);
	case EROFS:
		return "mount it writable, or chown it in the image";
	case ENOENT:
		return "create it in the image, or add the key mkdir";
	case ELOOP:
	case ESTALE:
		return "moved while it was walked: somebody else is at work there";
	case ENOSPC:
		return "what is the image's is copied before it is changed: mount a volume there, or "
		       "chown it in the image";
	case EDQUOT:
		return "the new owner's quota is used up";
	case ENOEFFECT:
		return "chown was answered and did nothing: a filter around us pretends";
	case EINVAL:
		return text_format("uid %u or gid %u is not in this user namespace: see uid_map, "
				   "gid_map",
				   report->spec->owner.uid, report->spec->owner.gid);
	default:
		return NULL;
	}
}

/* PATH led over a link. */
static const struct failure *link_failure(const struct ownership_report *report)
{
	const struct ownership_link *link = &report->link;
	const char *advice =
		*link->instead ? text_format("write --chown %s", link->instead)
			       : text_format("user %u made it: name the folder itself", link->uid);

	return failure_new(report->typed, 0, advice,
			   "'%s' is a symbolic link to '%s', and none is followed", link->path,
			   link->target);
}

const struct failure *ownership_failure(const struct ownership_report *report, uint64_t number)
{
	const struct ownership_failure *failure = &report->failures[number];

	if (failure->act == OWNERSHIP_FOLLOW)
		return link_failure(report);
	return failure_new(report->typed, failure->why ? 0 : failure->error,
			   failure->why ? failure->why : advice_find(report, failure), "%s '%s'",
			   acts[failure->act], failure->path);
}
