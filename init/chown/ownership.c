#include "init/chown/ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "init/chown/report.h"
#include "init/chown/root.h"
#include "init/chown/walk.h"
#include "init/sys/file.h"
#include "init/sys/text.h"

#define MODE_BITS 07777

/* One --chown while it is carried out. */
struct job {
	const struct chown_spec *spec;
	struct order order;
	struct ownership_report *report;
	int path_fd; /* O_PATH */
	struct snapshot root;
	bool taken; /* by the walk, from root.uid */
};

static int job_fail(struct job *job, enum ownership_act act, int error)
{
	const bool change = act == OWNERSHIP_CHANGE || act == OWNERSHIP_MODE;
	const struct ownership_failure failure = {
		.act = act,
		.error = -error,
		.immutable = change && job->root.immutable,
	};

	report_add_failure(job->report, NULL, job->spec->path, &failure);
	return error;
}

static int job_refuse(struct job *job, const char *why)
{
	const struct ownership_failure failure = { OWNERSHIP_ACCEPT, .error = EPERM, .why = why };

	report_add_failure(job->report, NULL, job->spec->path, &failure);
	return -EPERM;
}

/* With what error would every change fail? */
static int order_foresee(const struct order *order)
{
	int r, fd = memfd_create("drop-init", MFD_CLOEXEC);

	if (fd < 0)
		return 0;
	r = fchown(fd, order->uid, order->gid) ? -errno : 0;
	close(fd);
	return r;
}

static int job_foresee_created(struct job *job)
{
	const int r = order_foresee(&job->order);

	return r < 0 ? job_fail(job, OWNERSHIP_CHANGE, r) : 0;
}

/* Whoever can move a folder in PATH would choose what is above it. */
static bool path_goes_up(const char *path)
{
	const char *at = strstr(path, "/..");

	while (at && at[3] && at[3] != '/')
		at = strstr(at + 1, "/..");
	return at;
}

static int job_open(struct job *job)
{
	const char *path = job->spec->path;
	const bool make = job->spec->mkdir;
	struct ownership_link *link = &job->report->link;
	int fd;

	if (path_goes_up(path))
		return job_refuse(job, "write it without '..'");
	fd = root_open(path, make ? ROOT_TRIED : ROOT_REQUIRED, link);
	job->report->created = make && fd == -ENOENT;
	if (job->report->created && job->order.dry_run)
		return job_foresee_created(job);
	if (job->report->created)
		fd = root_open(path, ROOT_CREATED, link);
	if (fd == -ELOOP)
		return job_fail(job, OWNERSHIP_FOLLOW, fd);
	if (fd < 0)
		return job_fail(job, make ? OWNERSHIP_CREATE : OWNERSHIP_OPEN, fd);
	job->path_fd = fd;
	return 0;
}

/* PATH's being a mount is usual. */
static int job_look(struct job *job)
{
	int r = snapshot_take(&job->order.features, job->path_fd, "", &job->root);

	job->root.mount_root = false;
	return r;
}

/* As pin_change() does: only a second descriptor shows that the file had this name and no other. */
static int job_confirm(struct job *job)
{
	struct patience patience = { 0 };
	int tries = 0;

	do {
		struct snapshot again = { 0 };
		int pin, r = job_look(job);

		if (r < 0)
			return r;
		if (!snapshot_has_settled(&job->root, &patience))
			continue;
		pin = root_open(job->spec->path, ROOT_REQUIRED, &job->report->link);
		if (pin < 0)
			return pin;
		r = snapshot_take(&job->order.features, pin, "", &again);
		close(pin);
		if (r < 0 || snapshot_is_same(&job->root, &again))
			return r;
	} while (++tries < snapshot_looks(&job->root, &patience));
	return -ESTALE;
}

/* A file that belongs to somebody else. Returns a verdict or -errno. */
static int job_judge_file(struct job *job)
{
	int verdict, r = job_confirm(job);

	if (r < 0)
		return r;
	verdict = order_judge(&job->order, &job->root);
	if (verdict == VERDICT_CHANGE && file_has_capability(&job->root, job->path_fd, ""))
		return VERDICT_LEFT + LEFT_CAPABILITY;
	return verdict;
}

/* A change of owner takes a file's set-ID bits away. chown(2) */
static const char *mode_objection(mode_t type, mode_t mode)
{
	const bool kept = mode == MODE_UNSET || S_ISDIR(type) || !(mode & (S_ISUID | S_ISGID));

	return kept ? NULL : "a mode that is set-user-ID or set-group-ID is for folders only";
}

/* What PATH itself must be for the walk to begin. */
static int job_check(struct job *job)
{
	const char *objection;
	struct statfs fs;
	int verdict, r = job_look(job);

	if (r < 0)
		return job_fail(job, OWNERSHIP_LOOK, r);
	order_set_filesystem(&job->order, job->path_fd, &job->report->filesystem);
	objection = root_objection(&job->order.features, &job->root, job->report->filesystem);
	if (!objection)
		objection = mode_objection(job->root.mode, job->spec->mode);
	if (objection)
		return job_refuse(job, objection);
	if (job->order.dry_run && fstatfs(job->path_fd, &fs) == 0)
		job->order.foreseen =
			(fs.f_flags & ST_RDONLY) ? -EROFS : order_foresee(&job->order);
	verdict = order_judge(&job->order, &job->root);
	if (verdict == VERDICT_CHANGE && !S_ISDIR(job->root.mode))
		verdict = job_judge_file(job);
	if (verdict < 0)
		return job_fail(job, OWNERSHIP_LOOK, verdict);
	/* What is left alone below PATH is refused as PATH: it was asked for by name. */
	return verdict < VERDICT_LEFT ? 0 : job_refuse(job, left_format(verdict - VERDICT_LEFT));
}

static int job_walk(struct job *job)
{
	struct folder folder;
	int r = folder_open_root(&job->order.features, job->path_fd, &folder);

	if (r < 0)
		return job_fail(job, OWNERSHIP_READ, r);
	folder.snapshot = job->root;
	r = walk_below(&job->order, &folder, job->spec->path, job->report);
	job->taken = folder.taken;
	folder_close(&folder);
	if (r == -ENOMEM && !job->report->failed)
		return job_fail(job, OWNERSHIP_OPEN, r);
	return r;
}

/* Does PATH still lead to what was walked? If not, nobody was given what he was to have. */
static int job_find_again(struct job *job)
{
	const struct kernel_features *features = &job->order.features;
	struct snapshot now = { 0 };
	int r, fd = root_open(job->spec->path, ROOT_REQUIRED, &job->report->link);

	r = fd < 0 ? fd : snapshot_take(features, fd, "", &now);
	if (fd >= 0)
		close(fd);
	if (r == 0 && now.dev == job->root.dev && now.ino == job->root.ino)
		return 0;
	return job_fail(job, OWNERSHIP_OPEN, -ESTALE);
}

/* Before the change of owner: root may change the mode of what is root's without CAP_FOWNER, and
 * the owner then comes last, which is what root-mismatch looks at. */
static int job_set_mode(struct job *job)
{
	const mode_t mode = job->spec->mode;
	int r = 0;

	if (mode == MODE_UNSET || (job->root.mode & MODE_BITS) == mode)
		return 0;
	job->report->mode_changed = true;
	if (!job->order.dry_run)
		r = root_set_mode(&job->order.features, job->path_fd, &job->root, mode);
	else
		r = job->order.foreseen == -EROFS ? -EROFS : root_try_mode(&job->root, mode);
	return r < 0 ? job_fail(job, OWNERSHIP_MODE, r) : 0;
}

static int job_set_owner(struct job *job)
{
	const struct order *order = &job->order;
	int r;

	job->report->looked_at++;
	if (order_judge(order, &job->root) == VERDICT_RIGHT)
		return 0;
	r = order_change(order, job->path_fd, "", &job->root);
	if (r < 0)
		return job_fail(job, OWNERSHIP_CHANGE, r);
	job->report->changed++;
	return 0;
}

/* A failure below keeps PATH as it was, so that the next run tries again. */
static bool job_may_finish(const struct job *job)
{
	if (!job->report->failed)
		return true;
	return job->spec->optional && !job->spec->root_mismatch;
}

/* PATH keeps its owner after all. */
static void job_give_back(struct job *job)
{
	int r = job->taken ? file_give(job->path_fd, job->root.uid, (gid_t)-1) : 0;

	if (r < 0)
		(void)job_fail(job, OWNERSHIP_CHANGE, r); /* goes into the report */
}

static int job_run(struct job *job)
{
	bool right, done;
	int r = job_check(job);

	if (r < 0)
		return r;
	right = order_judge(&job->order, &job->root) == VERDICT_RIGHT;
	if (S_ISDIR(job->root.mode) && !(job->spec->root_mismatch && right))
		r = job_walk(job);
	done = r == 0 && job_may_finish(job) && job_find_again(job) == 0 &&
	       job_set_mode(job) == 0 && job_set_owner(job) == 0;
	if (!done)
		job_give_back(job);
	if (r < 0)
		return r;
	return job->report->failed ? -job->report->failures[0].error : 0;
}

int ownership_apply(const struct chown_spec *spec, bool dry_run,
		    bool (*interrupted)(const void *context), const void *context,
		    struct ownership_report *ret_report)
{
	atomic_bool confirmed = false;
	struct job job = { .spec = spec,
			   .order = { .uid = spec->owner.uid,
				      .gid = spec->owner.gid,
				      .hardlinks = spec->hardlinks,
				      .dry_run = dry_run,
				      .interrupted = interrupted,
				      .context = context,
				      .confirmed = &confirmed },
			   .report = ret_report,
			   .path_fd = -1 };
	int r;

	*ret_report = (struct ownership_report){ .spec = spec,
						 .typed = text_format("--chown %s", spec->text) };
	kernel_features_find(&job.order.features);
	r = job_open(&job);
	if (r < 0 || job.path_fd < 0)
		return r;
	r = job_run(&job);
	close(job.path_fd);
	return r;
}
