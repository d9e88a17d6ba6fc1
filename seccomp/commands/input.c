#include "seccomp/commands/input.h"

#include "seccomp/commands/report.h"
#include "seccomp/names/arch_syscall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* seccomp/profiles/shipped.S */
extern const char profile_default[], profile_default_end[];
extern const char profile_strict[], profile_strict_end[];
extern const char profile_docker_default[], profile_docker_default_end[];

static const struct shipped {
	const char *name, *text, *end;
} shipped[] = {
	{ "default", profile_default, profile_default_end },
	{ "strict", profile_strict, profile_strict_end },
	{ "docker-default", profile_docker_default, profile_docker_default_end },
};

static const struct shipped *shipped_find(const char *name)
{
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		if (strcmp(shipped[i].name, name) == 0)
			return &shipped[i];
	}
	return NULL;
}

bool input_exists(const char *path)
{
	return shipped_find(path) || access(path, F_OK) == 0;
}

/* A whole file of at most PROFILE_SIZE_MAX bytes, which the caller frees; or NULL, and it is said
 * why.
 */
static char *file_read(const char *path, size_t *ret_length)
{
	char *bytes = malloc(PROFILE_SIZE_MAX + 1);
	FILE *file = fopen(path, "re");
	size_t length = 0;

	if (!file)
		report("%s: cannot open: %s", path, strerror(errno));
	else if (!bytes)
		report("%s: cannot read: out of memory", path);
	else if ((length = fread(bytes, 1, PROFILE_SIZE_MAX + 1, file)) > PROFILE_SIZE_MAX)
		report("%s: is larger than %u bytes", path, PROFILE_SIZE_MAX);
	else if (length == 0 || ferror(file))
		report("%s: cannot read: %s", path, ferror(file) ? strerror(errno) : "it is empty");
	*ret_length = length;
	if (!file || length == 0 || length > PROFILE_SIZE_MAX || ferror(file)) {
		free(bytes);
		bytes = NULL;
	}
	if (file)
		fclose(file);
	return bytes;
}

/* What a path's filter is called: its last part without ".json". */
static void name_take(const char *path, struct input *input)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (length > 5 && strcmp(name + length - 5, ".json") == 0)
		length -= 5;
	snprintf(input->name, sizeof(input->name), "%.*s", (int)length, name);
}

static bool profile_use(const char *path, const char *text, size_t length,
			const struct target *target, bool strict, struct input *input)
{
	struct compiled *compiled = &input->compiled;
	struct findings findings = { 0 };
	bool done = profile_compile(text, length, target, &findings, compiled);

	report_findings(path, &findings);
	if (done && strict && findings.counts[FINDING_UNKNOWN]) {
		report("%s: not compiled: --strict takes no unknown syscall", path);
		done = false;
	}
	findings_free(&findings);
	input->is_profile = true;
	name_take(path, input);
	input->filter = (struct filter){
		.program = compiled->program,
		.arch = arch_get(compiled->ruleset.target.arch)->audit,
		.flags = compiled->profile.flags,
		.name = input->name,
	};
	return done;
}

bool input_load(const char *path, const struct target *target, bool strict, struct input *ret_input)
{
	const struct shipped *known = shipped_find(path);
	const char *wrong;
	size_t length;

	*ret_input = (struct input){ 0 };
	if (known)
		return profile_use(path, known->text, (size_t)(known->end - known->text), target,
				   strict, ret_input);
	ret_input->bytes = file_read(path, &length);
	if (!ret_input->bytes)
		return false;
	if (!filter_recognize(ret_input->bytes, length))
		return profile_use(path, ret_input->bytes, length, target, strict, ret_input);
	wrong = filter_decode(ret_input->bytes, length, &ret_input->filter);
	if (wrong)
		report("%s: %s", path, wrong);
	return !wrong;
}

void input_free(struct input *input)
{
	compiled_free(&input->compiled);
	free(input->bytes);
	*input = (struct input){ 0 };
}

const char *input_refused_start(const struct input *input)
{
	unsigned int arch;
	uint32_t number;

	for (const char *const *name = program_start_calls; *name; name++) {
		if (!arch_by_audit(input->filter.arch, &arch))
			return NULL;
		if (!arch_syscall_number(arch, *name, &number) ||
		    !program_allows(&input->filter.program, input->filter.arch, number))
			return *name;
	}
	return NULL;
}
