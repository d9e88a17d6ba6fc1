#include "init/steps/install.h"

#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy(const char *path, const char *temporary)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t moved = 0;
	int to;

	if (from < 0)
		die("--install %s: cannot read /proc/self/exe: %s", path, strerror(errno));
	/* A file of our own: what is there may be somebody else's, who would keep the copy his. */
	(void)unlink(temporary); /* open(2) says why it could not be */
	to = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	if (to < 0)
		die("--install %s: cannot create %s: %s", path, temporary, strerror(errno));
	do
		moved = sendfile(to, from, NULL, 1 << 20);
	while (moved > 0);
	if (moved < 0 || fchmod(to, 0755) || fsync(to) || close(to))
		die("--install %s: cannot write %s: %s", path, temporary, strerror(errno));
	(void)close(from); /* it was only read */
}

void install_self(const char *path)
{
	char target[PATH_MAX], temporary[PATH_MAX + 8];
	struct stat status;
	const bool folder = !stat(path, &status) && S_ISDIR(status.st_mode);

	if (snprintf(target, sizeof(target), "%s%s", path, folder ? "/drop-init" : "") >=
	    (int)sizeof(target))
		die("--install %s: %s", path, strerror(ENAMETOOLONG));
	snprintf(temporary, sizeof(temporary), "%s.new", target);
	copy(path, temporary);
	if (rename(temporary, target)) {
		const int error = errno;

		(void)unlink(temporary); /* best effort: the copy is of no use to anybody */
		die("--install %s: cannot rename %s to %s: %s", path, temporary, target,
		    strerror(error));
	}
	exit(EXIT_SUCCESS);
}
