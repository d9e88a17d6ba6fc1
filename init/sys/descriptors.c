#include "init/sys/descriptors.h"

#include "init/sys/effect.h"
#include "init/sys/number.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

int descriptors_fill(int *ret_fd)
{
	struct pollfd streams[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	*ret_fd = 0;
	/* One call tells which are closed: POLLNVAL. */
	if (poll(streams, 3, 0) < 0)
		return -errno;
	for (int fd = 0; fd < 3; fd++) {
		int made;

		if (!(streams[fd].revents & POLLNVAL))
			continue;
		*ret_fd = fd;
		made = open("/dev/null", O_RDWR); /* gets the lowest number, which is this one */
		if (made != fd)
			return made < 0 ? -errno : -EBADF;
	}
	return 0;
}

/* For kernels before 5.11, which have no CLOSE_RANGE_CLOEXEC. */
static int seal_by_hand(int first)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t fd;
	int result = 0;

	if (!folder)
		return -errno;
	while (!result && (entry = readdir(folder))) {
		if (!number_parse(entry->d_name, (uint64_t)first, INT_MAX, &fd))
			continue;
		result = effect_close_on_exec((int)fd, true);
	}
	(void)closedir(folder); /* it was only read */
	return result;
}

/* One that is passed on to execve(2), to be sealed with the rest: it shows whether that took.
 * -errno where there is no room for one more. */
static int sample_open(int first)
{
	const int fd = fcntl(STDIN_FILENO, F_DUPFD, first);

	if (fd < 0)
		return -errno;
	return fd >= first ? fd : -ENOEFFECT;
}

int descriptors_seal(int sockets)
{
	const int first = LISTEN_FDS_START + sockets;
	const int sample = sample_open(first);
	int result = sample < 0 ? sample : 0;

	if (!result && syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC))
		result = -errno;
	if (result)
		result = seal_by_hand(first);
	if (sample >= 0 && !result && fcntl(sample, F_GETFD) != FD_CLOEXEC)
		result = -ENOEFFECT;
	if (sample >= 0)
		(void)close(sample); /* nothing was written to it */
	return result;
}

int descriptor_move(int fd, int sockets)
{
	const int first = LISTEN_FDS_START + sockets;
	const int moved = fcntl(fd, F_DUPFD_CLOEXEC, first);

	if (moved < 0) /* EINVAL is the limit, too. fcntl(2) */
		return errno == EINVAL ? -EMFILE : -errno;
	(void)close(fd); /* the other one is the same */
	return moved >= first ? moved : -ENOEFFECT;
}

/* The lowest of those from FROM on that is ours; UINT_MAX: none is. */
static unsigned own_next(const int *own, size_t count, unsigned from)
{
	unsigned next = UINT_MAX;

	for (size_t i = 0; i < count; i++) {
		if (own[i] >= 0 && (unsigned)own[i] >= from && (unsigned)own[i] < next)
			next = (unsigned)own[i];
	}
	return next;
}

static int close_ranges(const int *own, size_t count)
{
	unsigned from = STDERR_FILENO + 1;

	for (;;) {
		const unsigned next = own_next(own, count, from);

		if (next > from && syscall(SYS_close_range, from, next - 1, 0))
			return -errno;
		if (next == UINT_MAX)
			return 0;
		from = next + 1;
	}
}

/* Before Linux 5.9, and where an outer profile does not know the call. */
static int close_by_hand(const int *own, size_t count)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t fd;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		if (number_parse(entry->d_name, STDERR_FILENO + 1, INT_MAX, &fd) &&
		    (int)fd != dirfd(folder) && own_next(own, count, (unsigned)fd) != fd)
			(void)close((int)fd); /* not ours, so its state is nothing to us */
	}
	(void)closedir(folder); /* it was only read */
	return 0;
}

int descriptors_close_others(const int *own, size_t count)
{
	const int result = close_ranges(own, count);

	return result ? close_by_hand(own, count) : 0;
}
