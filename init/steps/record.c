#include "init/steps/record.h"

#include "init/steps/executable.h"
#include "init/steps/trial.h"
#include "init/sys/descriptors.h"
#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nothing in the file is read here: the user may have written it. */
static const struct failure *file_open(const char *typed, const char *path, int flags, int *ret_fd)
{
	struct path_place place;
	const struct failure *failure = path_open_folder(typed, path, &place);
	int fd, error;

	if (failure)
		return failure;
	fd = openat(place.folder, place.name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	error = fd < 0 ? errno : 0;
	/* It is to be there, and cannot: could it be made? */
	if (error == ENOENT && !(flags & O_CREAT))
		error = faccessat(place.folder, ".", W_OK | X_OK, AT_EACCESS) ? errno : 0;
	path_close(&place);
	if (error)
		/* cppcheck-suppress resourceLeak ; there is none */
		return failure_new(typed, error, NULL, "cannot record into it");
	*ret_fd = fd;
	return NULL;
}

static const struct failure *listener_require(const char *typed)
{
	return filter_can_listen() ? NULL
				   : failure_new(typed, 0, "record on Linux: gVisor has none",
						 "this kernel has no seccomp listeners");
}

/* A program of another architecture is not what its calls are recorded for. */
static const struct failure *architecture_require(const struct run *run, const char *typed)
{
	const char *path = run->command.path, *foreign = executable_foreign(path);

	return foreign ? failure_new(typed, 0, NULL, "cannot record %s: %s", path, foreign) : NULL;
}

/* What the command will run under, with what PID 1 has to be asked. */
static const struct failure *filter_prepare(struct run *run)
{
	const struct port_choice *ports = &run->ports;
	const enum broker_method method = ports->rung == RUNG_BROKER ? ports->method : BROKER_NONE;

	return unotify_prepare(run->plan, method, ports->free_from, &run->profile, &run->unotify);
}

/* In a process that is the user. */
static const char *recording_question(const void *context)
{
	static struct record record; /* in a process that ends soon, and large */
	const char *wrong = record_open(&record, "", *(const int *)context);

	return wrong ? wrong : record_load(&record);
}

void record_check_step(struct run *run, struct outlook *outlook)
{
	const char *path = run->plan->record, *typed = text_format("--record %s", path);
	const struct failure *failure = filter_prepare(run);
	const char *wrong = NULL;
	int fd = -1;

	if (failure)
		outlook_refuse(outlook, "", failure);
	if (failure || !path)
		return;
	failure = listener_require(typed);
	if (!failure)
		failure = file_open(typed, path, O_RDWR, &fd);
	if (fd >= 0) {
		wrong = trial_ask(run, recording_question, &fd);
		(void)close(fd); /* nothing was written to it */
	}
	if (failure)
		outlook_refuse(outlook, path, failure);
	else
		outlook_say(outlook, !wrong, "%s: %s", path,
			    wrong ? wrong : "the profile that the command needs will be there");
}

/* Above the descriptors that the sockets take. */
static const struct failure *recording_open(struct run *run)
{
	const char *path = run->plan->record, *typed = text_format("--record %s", path);
	const int sockets = run->inherited.sockets + (int)run->plan->listen_count;
	const struct failure *failure = listener_require(typed);
	const char *wrong;
	int fd = -1;

	if (!failure)
		failure = file_open(typed, path, O_RDWR | O_CREAT, &fd);
	if (failure)
		return failure;
	fd = descriptor_move(fd, sockets);
	if (fd < 0)
		return failure_new(typed, -fd, "raise the limit of open files",
				   "cannot keep it open");
	wrong = record_open(&run->unotify.record, path, fd);
	return wrong ? failure_new(typed, 0, NULL, "cannot record into it: %s", wrong) : NULL;
}

const struct failure *record_run(struct run *run)
{
	const struct failure *failure = run->plan->record ? recording_open(run) : NULL;

	return failure ? failure : filter_prepare(run);
}

const struct failure *record_load_run(struct run *run)
{
	const char *path = run->plan->record;
	const struct failure *failure = NULL;

	if (path)
		failure = architecture_require(run, text_format("--record %s", path));
	return failure ? failure : unotify_record(&run->unotify, run->command.path);
}
