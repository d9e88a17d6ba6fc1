/* A compiled filter as drop-init loads it: the first byte says whether its header is put right, so
 * that its program is reached. */
#include "fuzz.h"
#include "init/filter/filter.h"
#include "init/filter/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLS 6

static void header_mend(uint8_t *bytes, size_t size)
{
	struct filter filter = { .arch = FILTER_ARCH };
	struct filter_file_header header;
	char name[sizeof(header.name)];

	if (size < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	memcpy(name, header.name, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	filter.program.len = (unsigned short)((size - sizeof(header)) / sizeof(struct sock_filter));
	filter.program.filter = (struct sock_filter *)(void *)(bytes + sizeof(header));
	filter.flags = header.flags;
	filter.name = name;
	header = filter_header(&filter);
	memcpy(bytes, &header, sizeof(header));
}

/* What we take the kernel must take: it checks programs for sockets as it checks those of seccomp,
 * of which it lets fewer pass. */
static void kernel_check(const struct sock_fprog *program)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	FUZZ_ASSERT(fd >= 0);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof(*program)) < 0)
		FUZZ_ASSERT(errno == ENOMEM); /* net.core.optmem_max */
	close(fd);
}

static void program_try(const struct sock_fprog *program, uint32_t seed)
{
	for (uint32_t i = 0; i < CALLS; i++) {
		struct seccomp_data data = { .nr = (int)(seed * i % 500), .arch = FILTER_ARCH };
		struct program_result result;

		for (uint32_t n = 0; n < 6; n++)
			data.args[n] = (uint64_t)seed * i << 8 * n;
		result = program_run(program, &data);
		FUZZ_ASSERT(result.index < program->len && result.argument < ARGUMENTS_MAX);
	}
}

struct order {
	const char *path;
	uint8_t reports;
	uint32_t seed;
	bool loaded;
};

static void load(void *context)
{
	struct order *order = context;
	const struct plan plan = { .drops = true, .seccomp = order->path };
	const struct syscall_set silent = { { order->seed } };
	struct filter profile, composed;

	if (profile_load(&plan, BIND_NOBODY, &profile))
		return;
	order->loaded = true;
	FUZZ_ASSERT(profile.program.len > 0 && strlen(profile.name) < 36);
	kernel_check(&profile.program);
	program_try(&profile.program, order->seed);
	(void)filter_refused_start(&profile);
	if (filter_compose(&profile, order->reports & 15, &silent, &composed) == 0) {
		FUZZ_ASSERT(composed.program.len <= BPF_MAXINSNS);
		(void)filter_reports(&composed);
		filter_release(&composed);
	}
}

/* drop-init opens no magic link, so that a memfd will not do. */
static void file_write(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_ASSERT(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t way, reports, *bytes;
	uint32_t seed;
	char path[64];

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
	snprintf(path, sizeof(path), "/dev/shm/drop-init-fuzz.%d", (int)getpid());
	file_write(path, bytes, input.size);
	if (input.size >= 8) {
		struct order order = { path, reports, seed, false };
		struct filter filter;
		bool good = !filter_decode(bytes, input.size, &filter) &&
			    filter.arch == FILTER_ARCH && input.size <= FILTER_FILE_MAXIMUM;

		fuzz_run(load, &order);
		FUZZ_ASSERT(order.loaded == good);
	}
	(void)unlink(path);
	free(bytes);
	return 0;
}
