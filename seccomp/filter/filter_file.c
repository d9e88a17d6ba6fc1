#include "seccomp/filter/filter_file.h"

#include "seccomp/filter/program.h"

#include <stdio.h>
#include <string.h>

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
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

struct filter_file_header filter_header(const struct filter *filter)
{
	struct filter_file_header header = {
		.version = FILTER_FILE_VERSION,
		.audit_arch = filter->arch,
		.flags = filter->flags,
		.count = filter->program.len,
		.checksum = checksum(filter->program.filter,
				     filter->program.len * sizeof(struct sock_filter)),
	};

	memcpy(header.magic, FILTER_FILE_MAGIC, sizeof(header.magic));
	(void)snprintf(header.name, sizeof(header.name), "%s", filter->name);
	return header;
}

bool filter_recognize(const void *bytes, size_t length)
{
	const size_t magic = sizeof(((struct filter_file_header *)0)->magic);

	return length >= magic && memcmp(bytes, FILTER_FILE_MAGIC, magic) == 0;
}

const char *filter_decode(const void *bytes, size_t length, struct filter *ret_filter)
{
	const struct filter_file_header *header = bytes;
	struct filter filter;

	if (!filter_recognize(bytes, length))
		return "neither a compiled filter nor a JSON profile";
	if (length < sizeof(*header))
		return "cut short, or longer than it says (compile it again)";
	if (header->version != FILTER_FILE_VERSION)
		return "made by another version of drop-seccomp (compile it again)";
	if (header->count == 0 || header->count > BPF_MAXINSNS ||
	    length != sizeof(*header) + header->count * sizeof(struct sock_filter))
		return "cut short, or longer than it says (compile it again)";
	if (!memchr(header->name, '\0', sizeof(header->name)) ||
	    checksum(header + 1, length - sizeof(*header)) != header->checksum)
		return "damaged: the checksum does not match (compile it again)";
	filter.program.len = (unsigned short)header->count;
	filter.program.filter = (struct sock_filter *)(header + 1); /* sock_fprog has no const */
	filter.arch = header->audit_arch;
	filter.flags = header->flags;
	filter.name = header->name;
	if (program_check(&filter.program) != 0)
		return "not a filter that the kernel would take (compile it again)";
	*ret_filter = filter;
	return NULL;
}
