#include "init/steps/install.h"

#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *typed_format(const struct plan *plan)
{
	return text_format("--install %s", plan->install);
}

/* Where the copy goes: PATH, or where that is a folder "drop-init" in it. */
static const struct failure *place_find(const struct plan *plan, struct path_place *ret)
{
	const char *typed = typed_format(plan);
	const struct failure *failure;
	int folder;

	failure = path_open_file(typed, plan->install, O_PATH | O_DIRECTORY, 0, &folder);
	if (failure)
		return path_open_folder(typed, plan->install, ret);
	*ret = (struct path_place){ .folder = folder, .name = strdup("drop-init") };
	return ret->name ? NULL : failure_of_memory();
}

/* A file of our own: what is there may be somebody else's, who would keep the copy his. */
static const struct failure *copy(const struct plan *plan, int folder, const char *name)
{
	const char *typed = typed_format(plan);
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	const struct failure *failure = NULL;
	ssize_t moved;

	if (from < 0)
		return failure_new(typed, errno, NULL, "cannot read /proc/self/exe");
	(void)unlinkat(folder, name, 0); /* open(2) says why it could not be */
	to = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	if (to < 0) {
		failure = failure_new(typed, errno, NULL, "cannot create %s", name);
		(void)close(from); /* it was only to be read */
		return failure;
	}
	do
		moved = sendfile(to, from, NULL, 1 << 20);
	while (moved > 0);
	if (moved < 0 || fchmod(to, 0755) || fsync(to))
		failure = failure_new(typed, errno, NULL, "cannot write %s", name);
	if (close(to) && !failure)
		failure = failure_new(typed, errno, NULL, "cannot write %s", name);
	(void)close(from); /* it was only read */
	return failure;
}

const struct failure *install_run(struct run *run)
{
	const struct plan *plan = run->plan;
	struct path_place place;
	const struct failure *failure = place_find(plan, &place);
	const char *temporary;

	if (failure)
		return failure;
	temporary = text_format("%s.new", place.name);
	failure = copy(plan, place.folder, temporary);
	if (!failure && renameat(place.folder, temporary, place.folder, place.name))
		failure = failure_new(typed_format(plan), errno, NULL, "cannot rename %s to %s",
				      temporary, place.name);
	if (failure)
		(void)unlinkat(place.folder, temporary,
			       0); /* half a copy is of no use to anybody */
	path_close(&place);
	return failure;
}

void install_check(struct run *run, struct outlook *outlook)
{
	struct path_place place;
	const struct failure *failure = place_find(run->plan, &place);

	if (!failure && faccessat(place.folder, ".", W_OK | X_OK, AT_EACCESS))
		failure = failure_new(typed_format(run->plan), errno, NULL,
				      "cannot create a file there");
	if (failure)
		outlook_refuse(outlook, run->plan->install, failure);
	else
		outlook_say(outlook, true,
			    "%s: this binary will be there, and nothing else be done",
			    run->plan->install);
}
