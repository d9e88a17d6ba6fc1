/* compile and check: the same work, but that check keeps nothing of it. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/input.h"
#include "seccomp/commands/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool bytes_write(int file, const void *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes = (const char *)bytes + written;
		length -= (size_t)written;
	}
	return true;
}

static bool filter_put(int file, const struct filter *filter)
{
	const struct filter_file_header header = filter_header(filter);

	return bytes_write(file, &header, sizeof(header)) &&
	       bytes_write(file, filter->program.filter,
			   filter->program.len * sizeof(struct sock_filter));
}

/* What write(2) did not tell, close(2) may: a full disk, on some file systems. */
static bool file_write(const char *path, const struct filter *filter)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool written;
	int error;

	if (file < 0)
		return false;
	written = filter_put(file, filter);
	error = errno;
	if (close(file) != 0 && written)
		return false;
	errno = error;
	return written;
}

static bool filter_write(const char *output, const struct filter *filter)
{
	bool standard = !output || strcmp(output, "-") == 0;

	if (standard && isatty(STDOUT_FILENO)) {
		report("standard output is a terminal (name a file with -o)");
		return false;
	}
	if (standard ? filter_put(STDOUT_FILENO, filter) : file_write(output, filter))
		return true;
	report("%s: cannot write the filter: %s", standard ? "standard output" : output,
	       strerror(errno));
	return false;
}

int command_compile(const struct command_line *line)
{
	const char *path = line->operands[0], *refused;
	struct input input;
	bool done = input_load(path, &line->target, line->strict, &input);

	if (done && !input.is_profile) {
		report("%s: is a compiled filter already", path);
		done = false;
	}
	refused = done ? input_refused_start(&input) : NULL;
	if (refused)
		report("%s: warning: refuses %s(2): drop-init will start nothing under it", path,
		       refused);
	done = done && filter_write(line->output, &input.filter);
	input_free(&input);
	return done ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}

int command_check(const struct command_line *line)
{
	const char *path = line->operands[0], *refused;
	int status = EXIT_OWN_FAILURE;
	struct input input;

	if (input_load(path, &line->target, line->strict, &input)) {
		refused = input_refused_start(&input);
		status = refused ? EXIT_DIFFERENT : EXIT_SUCCESS;
		if (refused)
			report("%s: refuses %s(2): nothing can be started under it", path, refused);
	}
	input_free(&input);
	return status;
}
