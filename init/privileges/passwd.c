#include "init/privileges/passwd.h"

#include "init/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All of an open file; returns its length, or -errno. */
static ssize_t read_whole(int fd, char **ret_text)
{
	struct stat status = { 0 };
	ssize_t length;
	char *text;

	if (fstat(fd, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	text = malloc((size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	/* One that ends earlier or later has changed meanwhile: half a list of groups is not a
	 * list. */
	length = file_read_up_to(fd, text, (size_t)status.st_size + 1);
	if (length >= 0 && length != (ssize_t)status.st_size)
		length = -ESTALE;
	if (length >= 0)
		*ret_text = text;
	return length;
}

int database_open(const char *path, size_t field_count, struct database *ret)
{
	struct database database = { .field_count = field_count };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return -errno;
	if (fd >= 0) {
		const ssize_t length = read_whole(fd, &database.at);

		(void)close(fd); /* it was only read */
		if (!database.at)
			return (int)length;
		database.end = database.at + length;
		*database.end = '\0';
	}
	*ret = database;
	return 0;
}

/* Cut a line at its colons; false where there are more or fewer fields than there have to be. */
static bool row_split(char *line, size_t field_count, char **ret_fields)
{
	size_t count = 0;

	for (char *field; (field = strsep(&line, ":")); count++) {
		if (count < field_count)
			ret_fields[count] = field;
	}
	return count == field_count && *ret_fields[0];
}

bool database_next(struct database *database, char **ret_fields)
{
	while (database->at < database->end) {
		char *line = database->at;
		const size_t room = (size_t)(database->end - line);
		char *newline = memchr(line, '\n', room);
		char *end = newline ? newline : database->end;

		*end = '\0';
		database->at = end + 1;
		/* A NUL in the middle would hide the rest of the line from us, but not from others.
		 */
		if (!memchr(line, '\0', (size_t)(end - line)) &&
		    row_split(line, database->field_count, ret_fields))
			return true;
	}
	return false;
}
