/* A compiled filter as drop-init loads it: the first byte says whether its header is put right, so
 * that its program is reached. What runs it here and what runs it in drop-seccomp must agree. */
#include "fuzz.h"
#include "init/filter/filter.h"
#include "init/filter/profile.h"
#include "seccomp/filter_file.h"
#include "seccomp/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLS 6

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	return hash;
}

static void header_mend(uint8_t *bytes, size_t size)
{
	struct filter_file_header header;

	if (size < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	memcpy(header.magic, FILTER_FILE_MAGIC, sizeof(header.magic));
	header.version = FILTER_FILE_VERSION;
	header.audit_arch = FILTER_ARCH;
	header.count = (uint32_t)((size - sizeof(header)) / sizeof(struct sock_filter));
	header.checksum = checksum(bytes + sizeof(header), size - sizeof(header));
	header.name[sizeof(header.name) - 1] = '\0';
	memcpy(bytes, &header, sizeof(header));
}

static void verdicts_compare(const struct filter *profile, uint32_t seed)
{
	const struct program program = { profile->program.filter, profile->program.len };
	const bool loadable = program_check(&program) == 0;

	for (uint32_t i = 0; i < CALLS; i++) {
		struct seccomp_data data = { .nr = (int)(seed * i % 500), .arch = FILTER_ARCH };
		struct verdict verdict;

		for (uint32_t n = 0; n < 6; n++)
			data.args[n] = (uint64_t)seed * i << 8 * n;
		if (filter_judge(&profile->program, &data, &verdict) == 0 && loadable)
			FUZZ_ASSERT(verdict.action == program_run(&program, &data, NULL));
		else
			FUZZ_ASSERT(!loadable);
	}
}

struct order {
	const char *path;
	uint8_t reports;
	uint32_t seed;
};

static void load(void *context)
{
	const struct order *order = context;
	const struct plan plan = { .drops = true, .seccomp = order->path };
	const struct syscall_set silent = { { order->seed } };
	struct filter profile, composed;

	profile_load(&plan, BIND_NOBODY, &profile);
	FUZZ_ASSERT(profile.program.len > 0 && strlen(profile.name) < 36);
	verdicts_compare(&profile, order->seed);
	for (int number = 0; number < 400; number += 7)
		(void)filter_allows(&profile.program, number);
	if (filter_compose(&profile, order->reports & 15, &silent, &composed) == 0) {
		FUZZ_ASSERT(composed.program.len <= BPF_MAXINSNS);
		(void)filter_reports(&composed);
		filter_release(&composed);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t way, reports, *bytes;
	uint32_t seed;
	char path[32];
	int fd;

	fuzz_take(&input, &way, sizeof(way));
	fuzz_take(&input, &reports, sizeof(reports));
	fuzz_take(&input, &seed, sizeof(seed));
	bytes = malloc(input.size + 1);
	if (!bytes)
		return 0;
	memcpy(bytes, input.data, input.size);
	if (way & 1)
		header_mend(bytes, input.size);
	if (input.size >= 8)
		memcpy(bytes, FILTER_FILE_MAGIC, 8); /* a JSON one would be drop-seccomp's */
	fd = fuzz_file(bytes, input.size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (input.size >= 8)
		fuzz_run(load, &(struct order){ path, reports, seed });
	close(fd);
	free(bytes);
	return 0;
}
