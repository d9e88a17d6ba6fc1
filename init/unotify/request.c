#include "init/unotify/request.h"

#include "init/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

#define SEND_TRIES 3

int request_sizes_check(void)
{
	struct seccomp_notif_sizes sizes;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	if (sizes.seccomp_notif > sizeof(struct request) ||
	    sizes.seccomp_notif_resp > sizeof(struct request) ||
	    sizes.seccomp_data > sizeof(struct request))
		return -E2BIG;
	return 0;
}

int request_receive(int listener, struct request *ret_request)
{
	/* The kernel insists on zeroes. */
	memset(ret_request, 0, sizeof(*ret_request));
	ret_request->listener = listener;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ret_request->notif) == 0)
		return 1;
	return errno == ENOENT || errno == EINTR ? 0 : -errno;
}

bool request_valid(const struct request *request)
{
	uint64_t id = request->notif.id;
	int r;

	do
		r = ioctl(request->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
	while (r < 0 && errno == EINTR); /* a freezer, as docker pause is one */
	return r == 0;
}

int request_answer(const struct request *request, struct answer answer)
{
	union {
		struct seccomp_notif_resp response;
		char room[sizeof(struct request)];
	} reply = { .room = { 0 } };
	int r = 0;

	if (answer.sent)
		return 0;
	reply.response.id = request->notif.id;
	reply.response.error = answer.carry_on ? 0 : answer.error;
	reply.response.val = answer.carry_on || answer.error ? 0 : answer.value;
	reply.response.flags = answer.carry_on ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
	/* Whoever is not answered waits for ever, so this is worth a look, and a second try. */
	for (int tries = 0; tries < SEND_TRIES && r != -ENOENT; tries++) {
		r = ioctl(request->listener, SECCOMP_IOCTL_NOTIF_SEND, &reply) < 0 ? -errno : 0;
		if (!r && !request_valid(request))
			break;
	}
	return r;
}

void listener_hurry(int listener)
{
	/* An older kernel says EINVAL, and is only slower. */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

int request_open_proc(pid_t pid, const char *name)
{
	char path[64]; /* longer than any pid and any name that we ask for */
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fd;
}

/* process_vm_readv(2) is what Docker's profile may refuse; the file wants the same permission
 * (PTRACE_MODE_ATTACH), but no more than open(2) and read(2). */
static int peek_file(pid_t pid, unsigned long address, void *ret_copy, size_t size)
{
	int fd = request_open_proc(pid, "mem");
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return fd;
	n = pread(fd, ret_copy, size, (off_t)address);
	if (n != (ssize_t)size)
		r = n < 0 && errno != EIO ? -errno : -EFAULT;
	(void)close(fd); /* only read from */
	return r;
}

int request_peek(const struct request *request, unsigned long address, void *ret_copy, size_t size)
{
	pid_t pid = (pid_t)request->notif.pid;
	struct iovec local = { .iov_base = ret_copy, .iov_len = size };
	struct iovec remote = { .iov_base = (void *)address,
				.iov_len = size }; /* NOLINT: not ours */
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	if (n == (ssize_t)size)
		return 0;
	if (n >= 0 || errno == EFAULT)
		return -EFAULT;
	return peek_file(pid, address, ret_copy, size);
}

long request_proc_field(pid_t pid, const char *name, const char *field)
{
	const size_t length = strlen(field);
	char path[64], text[2048];
	long number = 0;
	const char *at = text;
	int base;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	if (!file_read_text(path, text, sizeof(text)))
		return -1;
	while (strncmp(at, field, length) != 0 || at[length] != ':') {
		at = strchr(at, '\n');
		if (!at)
			return -1;
		at++;
	}
	at += length + 1;
	at += strspn(at, " \t");
	base = *at == '0' ? 8 : 10;
	for (; *at >= '0' && *at < '0' + base; at++)
		number = number * base + (*at - '0');
	return number;
}

pid_t request_leader(pid_t thread)
{
	const long leader = request_proc_field(thread, "status", "Tgid");

	return leader < 0 ? thread : (pid_t)leader;
}
