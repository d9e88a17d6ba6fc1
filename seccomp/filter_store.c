#include "seccomp/filter_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FNV_BASIS 2166136261U
#define FNV_PRIME 16777619U

static uint32_t checksum(const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;
	uint32_t sum = FNV_BASIS;

	for (size_t i = 0; i < length; i++)
		sum = (sum ^ byte[i]) * FNV_PRIME;
	return sum;
}

void *filter_encode(const struct filter *filter, size_t *ret_length)
{
	size_t code_length = filter->program.count * sizeof(struct sock_filter);
	struct filter_file_header header = {
		.version = FILTER_FILE_VERSION,
		.audit_arch = filter->audit,
		.flags = filter->flags,
		.count = (uint32_t)filter->program.count,
		.checksum = checksum(filter->program.code, code_length),
	};
	char *bytes = malloc(sizeof(header) + code_length);

	if (!bytes)
		return NULL;
	memcpy(header.magic, FILTER_FILE_MAGIC, sizeof(header.magic));
	snprintf(header.name, sizeof(header.name), "%s", filter->name);
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), filter->program.code, code_length);
	*ret_length = sizeof(header) + code_length;
	return bytes;
}

bool filter_recognize(const void *bytes, size_t length)
{
	size_t magic = sizeof(((struct filter_file_header *)0)->magic);

	return length >= magic && memcmp(bytes, FILTER_FILE_MAGIC, magic) == 0;
}

static const char *header_check(const struct filter_file_header *header, size_t length)
{
	if (header->version != FILTER_FILE_VERSION)
		return "is a filter of another version (compile it again)";
	if (header->count == 0 || header->count > PROGRAM_MAX)
		return "is a filter with an impossible number of instructions";
	if (length < sizeof(*header) + header->count * sizeof(struct sock_filter))
		return "is cut short (copy or compile it again)";
	if (length > sizeof(*header) + header->count * sizeof(struct sock_filter))
		return "has something behind the filter";
	if (memchr(header->name, '\0', sizeof(header->name)) == NULL)
		return "is a filter whose name does not end";
	return NULL;
}

const char *filter_decode(const void *bytes, size_t length, struct filter *ret_filter)
{
	struct filter_file_header header;
	struct filter filter = { 0 };
	const char *wrong;
	size_t code_length;

	if (!filter_recognize(bytes, length))
		return "is no compiled filter";
	if (length < sizeof(header))
		return "is cut short (copy or compile it again)";
	memcpy(&header, bytes, sizeof(header));
	wrong = header_check(&header, length);
	if (wrong)
		return wrong;
	code_length = length - sizeof(header);
	filter.program.code = malloc(code_length);
	if (!filter.program.code)
		return "cannot be read: out of memory";
	memcpy(filter.program.code, (const char *)bytes + sizeof(header), code_length);
	filter.program.count = header.count;
	filter.audit = header.audit_arch;
	filter.flags = header.flags;
	memcpy(filter.name, header.name, sizeof(filter.name));
	if (checksum(filter.program.code, code_length) != header.checksum)
		wrong = "is damaged: its checksum is wrong (copy or compile it again)";
	else if (program_check(&filter.program) != 0)
		wrong = "is no filter that the kernel would take";
	if (wrong) {
		filter_free(&filter);
		return wrong;
	}
	*ret_filter = filter;
	return NULL;
}

void filter_free(struct filter *filter)
{
	program_free(&filter->program);
	*filter = (struct filter){ 0 };
}
