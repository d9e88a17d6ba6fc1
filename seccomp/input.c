#include "seccomp/input.h"

#include "seccomp/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool bytes_read(int file, struct input *input)
{
	size_t room = PROFILE_SIZE_MAX + 1;

	while (input->length < room) {
		ssize_t got = read(file, input->bytes + input->length, room - input->length);

		if (got == 0)
			return true;
		if (got > 0)
			input->length += (size_t)got;
		else if (errno != EINTR)
			return false;
	}
	errno = EFBIG;
	return false;
}

struct input input_read(const char *path)
{
	struct input input = { .bytes = malloc(PROFILE_SIZE_MAX + 1) };
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (file < 0)
		snprintf(input.wrong, sizeof(input.wrong), "cannot open: %s", strerror(errno));
	else if (!input.bytes)
		snprintf(input.wrong, sizeof(input.wrong), "cannot read: out of memory");
	else if (!bytes_read(file, &input) && errno == EFBIG)
		snprintf(input.wrong, sizeof(input.wrong), "is larger than %u bytes",
			 PROFILE_SIZE_MAX);
	else if (input.length == 0)
		snprintf(input.wrong, sizeof(input.wrong), "cannot read: %s",
			 errno ? strerror(errno) : "it is empty");
	if (file >= 0)
		close(file);
	return input;
}

void input_free(struct input *input)
{
	free(input->bytes);
	*input = (struct input){ 0 };
}

void filter_name(const char *path, char ret_name[FILTER_NAME_SIZE])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (length > 5 && strcmp(name + length - 5, ".json") == 0)
		length -= 5;
	if (length >= FILTER_NAME_SIZE)
		length = FILTER_NAME_SIZE - 1;
	snprintf(ret_name, FILTER_NAME_SIZE, "%.*s", (int)length, name);
}

static bool profile_load(const char *path, const struct input *input, const struct target *target,
			 struct loaded *loaded)
{
	struct compiled *compiled = &loaded->compiled;
	struct findings findings = { 0 };
	bool done = profile_compile(input->bytes, input->length, target, &findings, compiled);

	say_findings(path, &findings);
	findings_free(&findings);
	if (!done)
		return false;
	loaded->is_profile = true;
	loaded->filter.program = compiled->program;
	compiled->program = (struct program){ 0 };
	loaded->filter.audit = arch_get(compiled->policy.target.arch)->audit;
	loaded->filter.flags = compiled->profile.flags;
	filter_name(path, loaded->filter.name);
	return true;
}

bool input_load(const char *path, const struct target *target, struct loaded *ret_loaded)
{
	struct input input = input_read(path);
	const char *wrong = input.wrong[0] ? input.wrong : NULL;
	bool done = false;

	*ret_loaded = (struct loaded){ 0 };
	if (!wrong && filter_recognize(input.bytes, input.length)) {
		wrong = filter_decode(input.bytes, input.length, &ret_loaded->filter);
		done = !wrong;
	} else if (!wrong) {
		done = profile_load(path, &input, target, ret_loaded);
	}
	if (wrong)
		say("%s: %s", path, wrong);
	input_free(&input);
	return done;
}

void loaded_free(struct loaded *loaded)
{
	filter_free(&loaded->filter);
	compiled_free(&loaded->compiled);
}
