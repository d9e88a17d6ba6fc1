/* compile and check: the same work, but that check keeps nothing of it. */
#include "seccomp/commands.h"
#include "seccomp/compile.h"
#include "seccomp/input.h"
#include "seccomp/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Compile a file and say what is wrong. False when it must not be used. */
static bool file_compile(const struct command_line *line, struct compiled *ret_compiled)
{
	const char *path = line->operands[0];
	struct input input = input_read(path);
	struct findings findings = { 0 };
	bool done = false;

	*ret_compiled = (struct compiled){ 0 };
	if (input.wrong[0])
		say("%s: %s", path, input.wrong);
	else
		done = profile_compile(input.bytes, input.length, &line->target, &findings,
				       ret_compiled);
	say_findings(path, &findings);
	if (done && line->strict && findings.unknown) {
		say("%s: not compiled: --strict takes no unknown syscall", path);
		done = false;
	}
	findings_free(&findings);
	input_free(&input);
	return done;
}

static bool bytes_write(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

/* What write(2) did not tell, close(2) may: a full disk, on some file systems. */
static bool file_write(const char *path, const void *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool written;
	int error;

	if (file < 0)
		return false;
	written = bytes_write(file, bytes, length);
	error = errno;
	if (close(file) != 0 && written)
		return false;
	errno = error;
	return written;
}

static bool filter_write(const struct command_line *line, const struct filter *filter)
{
	const char *output = line->output ? line->output : "-";
	bool standard = strcmp(output, "-") == 0, written;
	size_t length;
	void *bytes;

	if (standard && isatty(STDOUT_FILENO)) {
		say("standard output is a terminal (name a file with -o)");
		return false;
	}
	bytes = filter_encode(filter, &length);
	if (!bytes) {
		say("%s: out of memory", output);
		return false;
	}
	written = standard ? bytes_write(STDOUT_FILENO, bytes, length)
			   : file_write(output, bytes, length);
	if (!written)
		say("%s: cannot write the filter: %s", standard ? "standard output" : output,
		    strerror(errno));
	free(bytes);
	return written;
}

int command_compile(const struct command_line *line)
{
	struct compiled compiled;
	bool done = file_compile(line, &compiled);

	if (done) {
		struct filter filter = {
			.program = compiled.program,
			.audit = arch_get(compiled.policy.target.arch)->audit,
			.flags = compiled.profile.flags,
		};

		filter_name(line->operands[0], filter.name);
		done = filter_write(line, &filter);
	}
	compiled_free(&compiled);
	return done ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}

int command_check(const struct command_line *line)
{
	struct compiled compiled;
	bool good = file_compile(line, &compiled);

	compiled_free(&compiled);
	return good ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
