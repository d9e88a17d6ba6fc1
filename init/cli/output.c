#include "init/cli/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const struct failure *output_write(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		const ssize_t written = write(fd, text, left);

		if (written < 0 && errno != EINTR)
			return failure_new(NULL, errno, NULL, "cannot write to standard output");
		if (written > 0) {
			text += written;
			left -= (size_t)written;
		}
	}
	return NULL;
}
