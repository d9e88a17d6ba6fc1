#include "init/steps/record.h"

#include "init/sys/descriptors.h"
#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is not there yet can be made here? */
static const struct failure *creation_try(const char *typed, const struct path_place *place)
{
	return faccessat(place->folder, ".", W_OK | X_OK, AT_EACCESS)
		       ? failure_new(typed, errno, NULL, "cannot create it")
		       : NULL;
}

static const struct failure *listener_require(const char *typed)
{
	return filter_can_listen() ? NULL
				   : failure_new(typed, 0, "record on Linux: gVisor has none",
						 "this kernel has no seccomp listeners");
}

void record_check_step(struct run *run, struct outlook *outlook)
{
	const char *path = run->plan->record, *typed = text_format("--record %s", path);
	const struct failure *failure;
	const char *wrong = NULL;
	struct path_place place;
	struct stat status;

	if (!path)
		return;
	failure = listener_require(typed);
	if (!failure)
		failure = path_open_folder(typed, path, &place);
	if (!failure && fstatat(place.folder, place.name, &status, AT_SYMLINK_NOFOLLOW))
		failure = creation_try(typed, &place);
	else if (!failure)
		wrong = record_check(path);
	if (failure)
		outlook_refuse(outlook, path, failure);
	else
		outlook_say(outlook, !wrong, "%s: %s", path,
			    wrong ? wrong : "the profile that the command needs will be there");
}

const struct failure *record_run(struct run *run)
{
	const int first_free =
		LISTEN_FDS_START + run->inherited.sockets + (int)run->plan->listen_count;
	const struct port_choice *ports = &run->ports;
	const struct failure *failure = NULL;

	if (run->plan->record) {
		const char *typed = text_format("--record %s", run->plan->record);
		struct path_place place;

		failure = listener_require(typed);
		if (!failure)
			failure = path_open_folder(typed, run->plan->record, &place);
		if (failure)
			return failure;
		path_close(&place);
	}
	failure = unotify_prepare(
		run->plan, ports->rung == RUNG_BROKER ? ports->means : BROKER_NONE,
		ports->free_from, &run->profile,
		run->command.path ? run->command.path : run->plan->command[0], &run->unotify);
	return failure ? failure : unotify_make_room(&run->unotify, first_free);
}
