#include "init/cli/output.h"

#include "init/sys/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void output_write(const char *text)
{
	size_t left = strlen(text);

	while (left) {
		const ssize_t written = write(STDOUT_FILENO, text, left);

		if (written < 0 && errno != EINTR)
			die("cannot write to standard output: %s", strerror(errno));
		if (written > 0) {
			text += written;
			left -= (size_t)written;
		}
	}
}
