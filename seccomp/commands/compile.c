/* compile and check: the same work, but that check keeps nothing of it. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/input.h"
#include "seccomp/commands/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What fwrite(3) did not tell, fflush(3) or fclose(3) may: a full disk, on some file systems. */
static bool filter_put(FILE *file, const struct filter *filter)
{
	const struct filter_file_header header = filter_header(filter);
	const size_t count = filter->program.len;

	return fwrite(&header, sizeof(header), 1, file) == 1 &&
	       fwrite(filter->program.filter, sizeof(struct sock_filter), count, file) == count &&
	       fflush(file) == 0;
}

static bool filter_write(const char *output, const struct filter *filter)
{
	bool standard = !output || strcmp(output, "-") == 0, written;
	FILE *file = standard ? stdout : NULL;
	int error;

	if (standard && isatty(STDOUT_FILENO)) {
		report("standard output is a terminal (name a file with -o)");
		return false;
	}
	if (!standard)
		file = fopen(output, "we");
	written = file && filter_put(file, filter);
	error = errno;
	if (file && !standard && fclose(file) != 0 && written) {
		written = false;
		error = errno;
	}
	if (!written)
		report("%s: cannot write the filter: %s", standard ? "standard output" : output,
		       strerror(error));
	return written;
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
