/* drop-seccomp show: a compiled filter, with its checksum put right, as text. */
#include "fuzz.h"
#include "seccomp/commands/commands.h"
#include "seccomp/commands/report.h"
#include "seccomp/filter/filter_file.h"
#include "seccomp/filter/program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void report(const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
}

void report_findings(const char *file, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		report("%s: %s: %s", file, findings->list[i].place, findings->list[i].text);
}

/* The name and flags are the input's; the rest of the header fits, and the program is the input's.
 */
static void *filter_make(const uint8_t *data, size_t size, size_t *ret_length)
{
	struct filter filter = { .arch = arch_get(arch_native())->audit };
	char name[sizeof(((struct filter_file_header *)0)->name) + 1] = "";
	const size_t head = sizeof(filter.flags) + sizeof(name) - 1;
	struct filter_file_header header;
	size_t count;
	char *bytes;

	if (size < head + sizeof(struct sock_filter))
		return NULL;
	count = (size - head) / sizeof(struct sock_filter);
	count = count > BPF_MAXINSNS ? BPF_MAXINSNS : count;
	bytes = malloc(sizeof(header) + count * sizeof(struct sock_filter));
	if (!bytes)
		return NULL;
	memcpy(bytes + sizeof(header), data + head, count * sizeof(struct sock_filter));
	memcpy(&filter.flags, data, sizeof(filter.flags));
	memcpy(name, data + sizeof(filter.flags), sizeof(name) - 1);
	filter.name = name;
	filter.program.len = (unsigned short)count;
	filter.program.filter = (struct sock_filter *)(void *)(bytes + sizeof(header));
	header = filter_header(&filter);
	memcpy(bytes, &header, sizeof(header));
	*ret_length = sizeof(header) + count * sizeof(struct sock_filter);
	return bytes;
}

/* A copy that is aligned, as filter_decode() wants it. */
static void decode(const uint8_t *data, size_t size)
{
	struct filter filter;
	void *copy = malloc(size + 1);

	if (!copy)
		return;
	memcpy(copy, data, size);
	(void)filter_decode(copy, size, &filter);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_line line = { .target.arch = arch_native(), .operand_count = 1 };
	char path[32], *operands[] = { path, NULL };
	size_t length;
	void *bytes = filter_make(data, size, &length);
	struct filter filter;
	int fd;

	decode(data, size); /* as it is, too: cut short, with another length, another version */
	if (!bytes)
		return 0;
	fd = fuzz_file(bytes, length);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	line.operands = operands;
	if (command_show(&line) == EXIT_SUCCESS)
		FUZZ_ASSERT(!filter_decode(bytes, length, &filter));
	else
		FUZZ_ASSERT(filter_decode(bytes, length, &filter));
	close(fd);
	free(bytes);
	return 0;
}
