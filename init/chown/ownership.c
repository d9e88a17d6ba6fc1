#include "init/chown/ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init/sys/message.h"
#include "init/chown/node.h"
#include "init/chown/walk.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* Linux 6.6; the same number on every architecture */
#endif

#define MODE_BITS 07777

/* One --chown while it is carried out. */
struct job {
	const struct chown_spec *spec;
	struct order order;
	bool (*interrupted)(void);
	struct ownership_report *report;
	int path_fd; /* O_PATH */
	struct look look;
	bool taken; /* by the walk, from look.uid */
};

static int job_fail(struct job *job, enum ownership_act act, int error)
{
	struct ownership_failure failure = { .act = act, .error = -error };

	failure.fixed = job->look.fixed && (act == OWNERSHIP_CHANGE || act == OWNERSHIP_MODE);
	node_path(NULL, job->spec->path, failure.path, sizeof(failure.path));
	report_fail(job->report, &failure);
	return error;
}

static int job_refuse(struct job *job, const char *why)
{
	struct ownership_failure failure = { .act = OWNERSHIP_ACCEPT, .error = EPERM, .why = why };

	node_path(NULL, job->spec->path, failure.path, sizeof(failure.path));
	report_fail(job->report, &failure);
	return -EPERM;
}

/* Compared by what they are and not by name, so that no spelling gets past. */
static bool path_is_system(const struct look_means *means, const struct look *look)
{
	static const char *const paths[] = { "/",	   "/bin",	"/boot",    "/dev",
					     "/etc",	   "/lib",	"/lib32",   "/lib64",
					     "/libx32",	   "/proc",	"/root",    "/sbin",
					     "/sys",	   "/usr",	"/usr/bin", "/usr/lib",
					     "/usr/lib64", "/usr/sbin", "/var" };
	struct look system;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (look_at(means, AT_FDCWD, paths[i], &system) == 0 && system.dev == look->dev &&
		    system.ino == look->ino)
			return true;
	return false;
}

static bool filesystem_is_kernel(long type)
{
	static const long types[] = { PROC_SUPER_MAGIC,	   SYSFS_MAGIC,	  CGROUP_SUPER_MAGIC,
				      CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
				      SECURITYFS_MAGIC,	   BPF_FS_MAGIC,  DEVPTS_SUPER_MAGIC,
				      SELINUX_MAGIC };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (type == types[i])
			return true;
	return false;
}

static int job_open(struct job *job)
{
	const struct chown_spec *spec = job->spec;
	int fd = path_open(&job->order.means, spec->path);

	if (fd == -ENOENT && spec->mkdir) {
		job->report->created = true;
		if (job->order.dry_run)
			return 0;
		fd = path_create(spec->path);
		if (fd < 0)
			return job_fail(job, OWNERSHIP_CREATE, fd);
	}
	if (fd < 0)
		return job_fail(job, OWNERSHIP_OPEN, fd);
	job->path_fd = fd;
	return 0;
}

/* PATH's being a mount is usual. */
static int job_look(struct job *job)
{
	int r = look_at(&job->order.means, job->path_fd, "", &job->look);

	job->look.mount = false;
	return r;
}

/* As pin_change() does: only a second descriptor shows that the file had this name and no other. */
static int job_confirm(struct job *job)
{
	struct timespec clock = { 0 };
	int tries = 0;

	do {
		struct look again = { 0 };
		int pin, r = job_look(job);

		if (r < 0)
			return r;
		if (!look_settles(&job->look, &clock))
			continue;
		pin = path_open(&job->order.means, job->spec->path);
		if (pin < 0)
			return pin;
		r = look_at(&job->order.means, pin, "", &again);
		close(pin);
		if (r < 0 || look_is_same(&job->look, &again))
			return r;
	} while (++tries < look_patience(&job->look));
	return -ESTALE;
}

/* A file that belongs to somebody else. Returns a verdict or -errno. */
static int job_judge_file(struct job *job)
{
	int verdict, r = job_confirm(job);

	if (r < 0)
		return r;
	verdict = look_judge(&job->look, job->order.uid, job->order.gid);
	if (verdict == VERDICT_CHANGE && look_has_capability(&job->look, AT_FDCWD, job->spec->path))
		return VERDICT_LEFT + LEFT_CAPABILITY;
	return verdict;
}

/* What is left alone below PATH is refused as PATH: it was asked for by name. */
static const char *const why_left[LEFT_COUNT] = {
	[LEFT_LINKS] = "it has several links, so it is another file too",
	[LEFT_SETID] = "it is set-user-ID or set-group-ID",
	[LEFT_CAPABILITY] = "it has file capabilities",
	[LEFT_DEVICE] = "it is a device",
	[LEFT_MOUNT] = "it is a mount point",
};

/* What PATH itself must be for the walk to begin. */
static int job_check(struct job *job)
{
	struct look *look = &job->look;
	int verdict, r = job_look(job);

	if (r < 0)
		return job_fail(job, OWNERSHIP_LOOK, r);
	order_set_filesystem(&job->order, job->path_fd, &job->report->filesystem);
	if (path_is_system(&job->order.means, look))
		return job_refuse(job, "it belongs to the system");
	if (filesystem_is_kernel(job->report->filesystem))
		return job_refuse(job, "it belongs to the kernel");
	verdict = look_judge(look, job->order.uid, job->order.gid);
	if (verdict == VERDICT_CHANGE && !S_ISDIR(look->mode))
		verdict = job_judge_file(job);
	if (verdict < 0)
		return job_fail(job, OWNERSHIP_LOOK, verdict);
	return verdict < VERDICT_LEFT ? 0 : job_refuse(job, why_left[verdict - VERDICT_LEFT]);
}

static void progress_say(const struct ownership_report *so_far, const void *context)
{
	const struct job *job = context;

	message(MESSAGE_WARNING, "--chown %s: looked at %llu so far, %s %llu", job->spec->text,
		(unsigned long long)so_far->looked_at, job->order.dry_run ? "to change" : "changed",
		(unsigned long long)so_far->changed);
}

static int job_walk(struct job *job)
{
	struct walk_manners manners = { job->interrupted, progress_say, job };
	struct folder folder;
	int r = folder_open_root(&job->order.means, job->path_fd, &folder);

	if (r < 0)
		return job_fail(job, OWNERSHIP_READ, r);
	folder.look = job->look;
	r = walk_below(&job->order, &folder, job->spec->path, &manners, job->report);
	job->taken = folder.taken;
	folder_close(&folder);
	if (r == -ENOMEM && !job->report->failed)
		return job_fail(job, OWNERSHIP_OPEN, r);
	return r;
}

static int file_set_mode(int pin, mode_t mode)
{
	char link[sizeof("/proc/self/fd/") + 11];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", pin);
	return chmod(link, mode) ? -errno : 0;
}

/* fchmod(2) refuses O_PATH. Where fchmodat2(2) is unknown a folder is opened, and a file is reached
 * through /proc.
 */
static int pin_set_mode(int pin, const struct look *look, mode_t mode)
{
	int fd, r;

	if (syscall(SYS_fchmodat2, pin, "", mode, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	if (!S_ISDIR(look->mode))
		return file_set_mode(pin, mode);
	fd = openat(pin, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fchmod(fd, mode) ? -errno : 0;
	close(fd);
	return r;
}

/* Before the change of owner: root may change the mode of what is root's without CAP_FOWNER, and
 * the owner then comes last, which is what root-mismatch looks at.
 */
static int job_set_mode(struct job *job)
{
	mode_t mode = job->spec->mode;
	struct look after;
	int r;

	if (mode == MODE_UNSET || (job->look.mode & MODE_BITS) == mode)
		return 0;
	job->report->mode_changed = true;
	if (job->order.dry_run)
		return 0;
	r = pin_set_mode(job->path_fd, &job->look, mode);
	if (r == -EPERM || r == -EACCES) {
		folder_borrow(&job->look);
		r = pin_set_mode(job->path_fd, &job->look, mode);
		folder_return();
	}
	if (r == 0)
		r = look_at(&job->order.means, job->path_fd, "", &after);
	/* chmod(2) drops S_ISGID in silence where the caller may not set it. */
	if (r == 0 && (after.mode & MODE_BITS) != mode)
		r = -EPERM;
	return r < 0 ? job_fail(job, OWNERSHIP_MODE, r) : 0;
}

static int job_set_owner(struct job *job)
{
	const struct order *order = &job->order;

	job->report->looked_at++;
	if (look_judge(&job->look, order->uid, order->gid) == VERDICT_RIGHT)
		return 0;
	if (!order->dry_run && fchownat(job->path_fd, "", order->uid, order->gid, AT_EMPTY_PATH))
		return job_fail(job, OWNERSHIP_CHANGE, -errno);
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
	if (job->taken && fchownat(job->path_fd, "", job->look.uid, (gid_t)-1, AT_EMPTY_PATH))
		(void)job_fail(job, OWNERSHIP_CHANGE, -errno); /* goes into the report */
}

static int job_run(struct job *job)
{
	bool right, done;
	int r = job_check(job);

	if (r < 0)
		return r;
	right = look_judge(&job->look, job->order.uid, job->order.gid) == VERDICT_RIGHT;
	if (S_ISDIR(job->look.mode) && !(job->spec->root_mismatch && right))
		r = job_walk(job);
	done = r == 0 && job_may_finish(job) && job_set_mode(job) == 0 && job_set_owner(job) == 0;
	if (!done)
		job_give_back(job);
	if (r < 0)
		return r;
	return job->report->failed ? -job->report->failures[0].error : 0;
}

int ownership_apply(const struct chown_spec *spec, uid_t uid, gid_t gid, bool dry_run,
		    bool (*interrupted)(void), struct ownership_report *ret_report)
{
	struct job job = { .spec = spec,
			   .order = { .uid = uid, .gid = gid, .dry_run = dry_run },
			   .interrupted = interrupted,
			   .report = ret_report,
			   .path_fd = -1 };
	int r;

	*ret_report = (struct ownership_report){ .uid = uid, .gid = gid };
	look_means_find(&job.order.means);
	r = job_open(&job);
	if (r < 0 || job.path_fd < 0)
		return r;
	r = job_run(&job);
	close(job.path_fd);
	return r;
}
