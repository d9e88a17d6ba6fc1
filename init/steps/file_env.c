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

#define LARGEST_SECRET (128 << 10)

/* The value of the variable that a source is to set; NULL: it is not set, or empty. */
static const char *rival_find(const struct secret_source *source)
{
	for (char **at = environ; *at; at++) {
		if (!strncmp(*at, source->variable, source->name_length) &&
		    (*at)[source->name_length] == '=' && (*at)[source->name_length + 1])
			return *at;
	}
	return NULL;
}

/* --- reading -----------------------------------------------------------------------------------
 */

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
	char *secret = calloc(1, before + LARGEST_SECRET + 2);
	ssize_t length;

	if (!secret)
		return failure_of_memory();
	memcpy(secret, source->variable, source->name_length);
	secret[source->name_length] = '=';
	length = file_read_up_to(fd, secret + before, LARGEST_SECRET + 1);
	*ret_secret = secret;
	if (length < 0)
		return failure_new(source_format(source), (int)-length, NULL, "cannot read it");
	if (length > LARGEST_SECRET)
		return source_refuse(source, "it is larger than 128 KiB, as no variable can be",
				     NULL);
	if (memchr(secret + before, '\0', (size_t)length))
		return source_refuse(source, "there is a NUL byte in it, as in no variable", NULL);
	while (length && secret[before + (size_t)length - 1] == '\n')
		secret[before + (size_t)--length] = '\0';
	return NULL;
}

static const struct failure *file_open(const struct secret_source *source, int *ret_fd)
{
	/* Without waiting: a FIFO would hold us up. */
	const struct failure *failure = path_open_file(source_format(source), source->path,
						       O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, ret_fd);
	struct stat status = { 0 };

	if (failure)
		return failure;
	if (!fstat(*ret_fd, &status) && S_ISREG(status.st_mode))
		return NULL;
	(void)close(*ret_fd); /* nothing was read */
	return source_refuse(source, "it is no regular file", NULL);
}

/* NULL or a failure; *ret_secret is NULL where there is nothing to read. */
static const struct failure *source_read(const struct secret_source *source, char **ret_secret)
{
	const struct failure *failure;
	int fd;

	*ret_secret = NULL;
	if (!*source->path)
		return NULL;
	if (rival_find(source))
		return failure_new(
			text_format("--file-env %.*s", (int)source->name_length, source->variable),
			0, "unset one of them", "both %.*s and %.*s are set",
			(int)source->name_length, source->variable,
			(int)strcspn(source->variable, "="), source->variable);
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

/* --- the step ----------------------------------------------------------------------------------
 */

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
		if (!strncmp(run->secrets.at[i], source->variable, source->name_length) &&
		    run->secrets.at[i][source->name_length] == '=')
			return true;
	}
	return false;
}

const struct failure *file_env_run(struct run *run)
{
	const struct failure *failure = NULL;
	struct secret_source source;
	char *secret;

	for (char **at = environ; !failure && *at; at++) {
		if (!secret_source_parse(run->plan, *at, &source))
			continue;
		if (*source.path && is_read(run, &source))
			return source_refuse(&source, "another variable names a file for it, too",
					     "unset one of them");
		failure = source_read(&source, &secret);
		if (failure)
			secret_wipe(secret);
		else if (secret)
			failure = secret_add(run, secret);
	}
	return failure;
}

void file_env_check(struct run *run, struct outlook *outlook)
{
	struct secret_source source;
	char *secret;

	for (char **at = environ; *at; at++) {
		const struct failure *failure;

		if (!secret_source_parse(run->plan, *at, &source) || !*source.path)
			continue;
		failure = source_read(&source, &secret);
		secret_wipe(secret);
		if (failure)
			outlook_refuse(
				outlook,
				text_format("%.*s", (int)source.name_length, source.variable),
				failure);
		else
			outlook_say(outlook, true, "%.*s, from %s", (int)source.name_length,
				    source.variable, source.path);
	}
}

void file_env_wipe(struct run *run)
{
	for (size_t i = 0; i < run->secrets.count; i++)
		secret_wipe((char *)run->secrets.at[i]);
	run->secrets.count = 0;
}
