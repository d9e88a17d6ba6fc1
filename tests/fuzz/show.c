/* drop-seccomp show: a compiled filter, with its checksum put right, as text. */
#include "fuzz.h"
#include "seccomp/commands.h"
#include "seccomp/filter_store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seccomp/say.h"

void say(const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
}

void say_findings(const char *file, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		say("%s: %s: %s", file, findings->list[i].place, findings->list[i].text);
}

/* The name and flags are the input's; the rest of the header fits, and the program is the input's.
 */
static void *filter_make(const uint8_t *data, size_t size, size_t *ret_length)
{
	struct filter filter = { .audit = arch_get(arch_native())->audit };
	const size_t head = sizeof(filter.flags) + sizeof(filter.name);

	if (size < head + sizeof(struct sock_filter))
		return NULL;
	memcpy(&filter.flags, data, sizeof(filter.flags));
	memcpy(filter.name, data + sizeof(filter.flags), sizeof(filter.name));
	filter.name[sizeof(filter.name) - 1] = '\0';
	filter.program.count = (size - head) / sizeof(struct sock_filter);
	filter.program.code = malloc(size);
	if (!filter.program.code)
		return NULL;
	memcpy(filter.program.code, data + head, size - head);
	if (filter.program.count > PROGRAM_MAX)
		filter.program.count = PROGRAM_MAX;
	data = filter_encode(&filter, ret_length);
	free(filter.program.code);
	return (void *)data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_line line = { .target.arch = arch_native(), .operand_count = 1 };
	char path[32], *operands[] = { path, NULL };
	size_t length;
	void *bytes = filter_make(data, size, &length);
	struct filter filter = { 0 };
	int fd;

	/* as it is, too: cut short, with another length, another version */
	if (!filter_decode(data, size, &filter))
		filter_free(&filter);
	if (!bytes)
		return 0;
	fd = fuzz_file(bytes, length);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	line.operands = operands;
	if (command_show(&line) == EXIT_SUCCESS)
		FUZZ_ASSERT(!filter_decode(bytes, length, &filter));
	else
		FUZZ_ASSERT(filter_decode(bytes, length, &filter));
	filter_free(&filter);
	close(fd);
	free(bytes);
	return 0;
}
