#include "init/steps/file_env.h"

#include "init/steps/secret_source.h"
#include "init/steps/step.h"
#include "init/sys/file.h"
#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_VARIABLE (128 << 10) /* "NAME=value" and its NUL: MAX_ARG_STRLEN of execve(2) */

/* Is this "NAME=value" of the variable that a source is to set? */
static bool is_for(const char *variable, const struct secret_source *source)
{
	return !strncmp(variable, source->variable, source->name_length) &&
	       variable[source->name_length] == '=';
}

/* What else would set that variable: itself, or --env. An empty one in our environment is as good
 * as none. */
static const char *rival_find(const struct plan *plan, const struct secret_source *source)
{
	for (char **at = environ; *at; at++) {
		if (is_for(*at, source) && (*at)[source->name_length + 1])
			return "";
	}
	for (size_t i = 0; i < plan->environment.count; i++) {
		if (is_for(plan->environment.at[i], source))
			return "--env ";
	}
	return NULL;
}

/* --- reading -------------------------------------------------------------------------------- */

static const char *source_format(const struct secret_source *source)
{
	return text_format("--file-env %.*s: %s", (int)source->name_length, source->variable,
			   source->variable);
}

static const struct failure *source_refuse(const struct secret_source *source, const char *wrong,
					   const char *advice)
{
	return failure_new(source_format(source), 0, advice, "%s", wrong);
}

/* A secret as "NAME=what is in the file", in memory of its own. */
static const struct failure *file_read(const struct secret_source *source, int fd,
				       char **ret_secret)
{
	const size_t before = source->name_length + 1;
	char *secret = calloc(1, before + LARGEST_VARIABLE + 1);
	ssize_t length;

	if (!secret)
		return failure_of_memory();
	memcpy(secret, source->variable, source->name_length);
	secret[source->name_length] = '=';
	length = file_read_up_to(fd, secret + before, LARGEST_VARIABLE);
	*ret_secret = secret;
	if (length < 0)
		return failure_new(source_format(source), (int)-length, NULL, "cannot read it");
	if (before + (size_t)length >= LARGEST_VARIABLE)
		return source_refuse(source, "it is larger than 128 KiB, as no variable can be",
				     NULL);
	if (memchr(secret + before, '\0', (size_t)length))
		return source_refuse(source, "there is a NUL byte in it, as in no variable", NULL);
	while (length && secret[before + (size_t)length - 1] == '\n')
		secret[before + (size_t)--length] = '\0';
	return NULL;
}

/* Another name of a file of root's, which whoever may write to the folder can have made; where the
 * host has fs.protected_hardlinks=0 that takes no right to the file. link(2) */
static bool is_planted(int folder, const struct stat *file)
{
	struct stat status = { .st_uid = (uid_t)-1 };

	if (geteuid() != 0 || file->st_nlink < 2)
		return false;
	return fstat(folder, &status) || status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH);
}

static const struct failure *file_open_in(const struct secret_source *source,
					  const struct path_place *place, int *ret_fd)
{
	/* Without waiting: a FIFO would hold us up. */
	const int fd = openat(place->folder, place->name,
			      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const struct failure *failure = NULL;
	struct stat status = { .st_uid = (uid_t)-1 };

	if (fd < 0 || fstat(fd, &status))
		failure = failure_new(source_format(source), errno, NULL, "cannot open '%s'",
				      source->path);
	else if (!S_ISREG(status.st_mode))
		failure = source_refuse(source, "it is no regular file", NULL);
	else if (is_planted(place->folder, &status))
		failure = source_refuse(source,
					"it has more names than this one, in a folder that others "
					"than root can write to, so root must not read it",
					"copy it there");
	if (failure && fd >= 0)
		(void)close(fd); /* nothing was read */
	*ret_fd = fd;
	return failure;
}

static const struct failure *file_open(const struct secret_source *source, int *ret_fd)
{
	struct path_place place;
	const struct failure *failure =
		path_open_folder(source_format(source), source->path, &place);

	if (failure)
		return failure;
	failure = file_open_in(source, &place, ret_fd);
	path_close(&place);
	return failure;
}

/* NULL or a failure; *ret_secret is NULL where there is nothing to read. */
static const struct failure *source_read(const struct plan *plan,
					 const struct secret_source *source, char **ret_secret)
{
	const struct failure *failure;
	const char *rival;
	int fd;

	*ret_secret = NULL;
	if (!*source->path)
		return NULL;
	rival = rival_find(plan, source);
	if (rival)
		return failure_new(
			text_format("--file-env %.*s", (int)source->name_length, source->variable),
			0, *rival ? "leave one of them out" : "unset one of them",
			"both %s%.*s and %.*s are set", rival, (int)source->name_length,
			source->variable, (int)strcspn(source->variable, "="), source->variable);
	failure = file_open(source, &fd);
	if (failure)
		return failure;
	failure = file_read(source, fd, ret_secret);
	(void)close(fd); /* it was only read */
	return failure;
}

static void secret_wipe(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* --- the step ------------------------------------------------------------------------------- */

static const struct failure *secret_add(struct run *run, char *secret)
{
	const char **grown =
		reallocarray(run->secrets.at, run->secrets.count + 1, sizeof(*run->secrets.at));

	if (!grown) {
		secret_wipe(secret);
		return failure_of_memory();
	}
	run->secrets.at = grown;
	run->secrets.at[run->secrets.count++] = secret;
	return NULL;
}

/* The same name from two files: NAME_FILE and NAME__FILE. */
static bool is_read(const struct run *run, const struct secret_source *source)
{
	for (size_t i = 0; i < run->secrets.count; i++) {
		if (is_for(run->secrets.at[i], source))
			return true;
	}
	return false;
}

static const struct failure *source_take(struct run *run, const struct secret_source *source)
{
	const struct failure *failure;
	char *secret;

	if (*source->path && is_read(run, source))
		return source_refuse(source, "another variable names a file for it, too",
				     "unset one of them");
	failure = source_read(run->plan, source, &secret);
	if (failure)
		secret_wipe(secret);
	else if (secret)
		failure = secret_add(run, secret);
	return failure;
}

const struct failure *file_env_run(struct run *run)
{
	const struct failure *failure = NULL;
	struct secret_source source;

	for (size_t at = 0; !failure && secret_source_next(run->plan, &at, &source);)
		failure = source_take(run, &source);
	return failure;
}

void file_env_wipe(struct run *run)
{
	for (size_t i = 0; i < run->secrets.count; i++)
		secret_wipe((char *)run->secrets.at[i]);
	run->secrets.count = 0;
}

void file_env_check(struct run *run, struct outlook *outlook)
{
	struct secret_source source;

	for (size_t at = 0; secret_source_next(run->plan, &at, &source);) {
		const struct failure *failure;

		if (!*source.path)
			continue;
		failure = source_take(run, &source);
		if (failure)
			outlook_refuse(
				outlook,
				text_format("%.*s", (int)source.name_length, source.variable),
				failure);
		else
			outlook_say(outlook, true, "%.*s, from %s", (int)source.name_length,
				    source.variable, source.path);
	}
	file_env_wipe(run);
}
