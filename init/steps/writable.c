#include "init/steps/writable.h"

#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void explain_missing(const char *component, const char *path, char *text, size_t size)
{
	snprintf(text, size, "'%s' does not exist (create it, or add --chown %s,mkdir)", component,
		 path);
}

static void explain_denied(const char *component, const char *path, bool last, char *text,
			   size_t size)
{
	struct stat status = { 0 };

	if (stat(component, &status))
		snprintf(text, size, "'%s': %s", component, strerror(errno));
	else
		snprintf(text, size,
			 "'%s' belongs to %u:%u with mode %04o, so user %u may not %s (%s%s)",
			 component, status.st_uid, status.st_gid, status.st_mode & 07777, geteuid(),
			 last ? "write there" : "pass through it",
			 last ? "add --chown " : "give it to the user, or open it to others: ",
			 last ? path : "chmod o+x");
}

/* One component of the path: every one but the last must let us through. */
static bool component_check(const char *component, const char *path, bool last, char *text,
			    size_t size)
{
	struct stat status;
	int wanted = last ? W_OK : X_OK;

	if (stat(component, &status) && errno == ENOENT) {
		explain_missing(component, path, text, size);
		return false;
	}
	if (last && S_ISDIR(status.st_mode))
		wanted |= X_OK;
	/* Not libc's faccessat(3), which brings a process that looks for kernels before 5.8. */
	if (!syscall(SYS_faccessat2, AT_FDCWD, component, wanted, AT_EACCESS) ||
	    (errno == ENOSYS && !access(component, wanted)))
		return true;
	if (errno == EACCES)
		explain_denied(component, path, last, text, size);
	else if (errno == EROFS)
		snprintf(text, size, "'%s' is on a read-only file system (mount a volume there)",
			 component);
	else
		snprintf(text, size, "'%s': %s", component, strerror(errno));
	return false;
}

bool writable_check(const char *path, char *text, size_t size)
{
	char component[PATH_MAX];
	const size_t length = strlen(path);

	if (length >= sizeof(component)) {
		snprintf(text, size, "%s", strerror(ENAMETOOLONG));
		return false;
	}
	for (size_t end = 1; end <= length; end++) {
		if (end < length && path[end] != '/')
			continue;
		memcpy(component, path, end);
		component[end] = '\0';
		if (!component_check(component, path, end == length, text, size))
			return false;
	}
	return true;
}

void writable_require(const struct plan *plan)
{
	char text[1024];

	for (size_t i = 0; i < plan->writable_count; i++) {
		if (!writable_check(plan->writables[i], text, sizeof(text)))
			die("--writable %s: %s", plan->writables[i], text);
	}
}
