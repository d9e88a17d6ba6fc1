#include "init/steps/writable.h"

#include "init/steps/trial.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TEXT_SIZE (PATH_MAX + 512)

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
	struct stat status = { 0 };
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

/* Look as whoever we are now. True, or false with the path component that stands in the way, whose
 * it is, and the option that mends it in text. */
static bool path_check(const char *path, char *text, size_t size)
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

const struct failure *writable_run(struct run *run)
{
	char text[TEXT_SIZE];

	for (size_t i = 0; i < run->plan->writables.count; i++) {
		const char *path = run->plan->writables.at[i];

		if (!path_check(path, text, sizeof(text)))
			return failure_new(text_format("--writable %s", path), 0, NULL, "%s", text);
	}
	return NULL;
}

/* --- whether it would work ------------------------------------------------------------------ */

static const char *question(const void *path)
{
	char text[TEXT_SIZE];

	return path_check(path, text, sizeof(text)) ? NULL : text_format("%s", text);
}

static void path_foresee(const struct run *run, struct outlook *outlook, const char *path)
{
	const char *now = trial_ask(run, question, path), *once;
	const char *then = outlook_obstacle(outlook, run->plan, path, W_OK, now, &once);

	outlook_say(outlook, !then, "%s: %s%s", path, then ? then : "yes", once);
}

void writable_check(struct run *run, struct outlook *outlook)
{
	for (size_t i = 0; !outlook->no_drop && i < run->plan->writables.count; i++)
		path_foresee(run, outlook, run->plan->writables.at[i]);
}
