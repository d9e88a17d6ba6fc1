/* kernel [FEATURE...]: what this kernel has, found by asking it.
 *
 * Without an argument: a line for each feature that drop-init, or a test of it, uses where it is
 * there, "FEATURE yes" or "FEATURE no". With some: exit status 0 where all of them are there; else
 * the first that is not is named in words, with the Linux that it came with, and the exit status is
 * 1.
 */
#include "init/sys/pidfd_info.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a distribution's headers may not have yet. */
#define CALL_CLOSE_RANGE 436
#define CALL_PIDFD_GETFD 438
#define CALL_FCHMODAT2	 452
#define CALL_STATMOUNT	 457
#define CALL_LISTXATTRAT 465
#define CLOEXEC_FLAG	 (1U << 2)
#define NETNS_COOKIE	 71
#define KILLABLE_FLAG	 (1UL << 5)
#define SEND_FLAG	 (1U << 1)
#define SYNC_WAKE_UP	 1UL
#define NOTIF_SET_FLAGS	 _IOW('!', 4, uint64_t)

static bool has_close_range_cloexec(void)
{
	return syscall(CALL_CLOSE_RANGE, ~0U, ~0U, CLOEXEC_FLAG) == 0;
}

static bool has_pidfd_getfd(void)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int copy = (int)syscall(CALL_PIDFD_GETFD, pidfd, 1, 0);

	return copy >= 0 || errno != ENOSYS;
}

static bool has_netns_cookie(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookie;
	socklen_t length = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, NETNS_COOKIE, &cookie, &length) == 0;
}

/* No program is there to be loaded, but unknown flags are noticed first. */
static bool has_wait_killable(void)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER | KILLABLE_FLAG, NULL) < 0 &&
	       errno == EFAULT;
}

/* A listener, in a process that ends at once. */
static int listener_open(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

static bool in_a_child(bool (*ask)(int listener))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int listener = listener_open();

		_exit(listener >= 0 && ask(listener) ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool ask_listener(int listener)
{
	return listener >= 0;
}

/* There is no such notification: ENOENT, once the flags have been found to be good. */
static bool ask_addfd(int listener, unsigned flags)
{
	struct seccomp_notif_addfd request = { .id = 1, .flags = flags };

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &request) < 0 && errno == ENOENT;
}

static bool ask_addfd_setfd(int listener)
{
	return ask_addfd(listener, SECCOMP_ADDFD_FLAG_SETFD);
}

static bool ask_addfd_send(int listener)
{
	return ask_addfd(listener, SEND_FLAG);
}

static bool ask_sync_wake_up(int listener)
{
	return ioctl(listener, NOTIF_SET_FLAGS, SYNC_WAKE_UP) == 0;
}

static bool has_listener(void)
{
	return in_a_child(ask_listener);
}

static bool has_addfd_setfd(void)
{
	return in_a_child(ask_addfd_setfd);
}

static bool has_addfd_send(void)
{
	return in_a_child(ask_addfd_send);
}

static bool has_sync_wake_up(void)
{
	return in_a_child(ask_sync_wake_up);
}

static bool has_thread_pidfd(void)
{
	return syscall(SYS_pidfd_open, getpid(), O_EXCL /* PIDFD_THREAD */) >= 0;
}

static bool has_exit_info(void)
{
	struct pidfd_exit_info info = { .mask = PIDFD_ASKS_EXIT };
	pid_t pid = fork();
	int pidfd;

	if (pid == 0)
		_exit(0);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 || waitpid(pid, NULL, 0) != pid)
		return false;
	return ioctl(pidfd, PIDFD_GET_EXIT_INFO, &info) == 0 && info.mask & PIDFD_ASKS_EXIT;
}

/* With no good argument: anything but "there is no such call". */
static bool has_call(long number)
{
	return syscall(number, -1, NULL, 0, ~0U, NULL, 0) < 0 && errno != ENOSYS;
}

static bool has_pipe_nowait(void)
{
	const struct iovec byte = { (char[]){ 0 }, 1 };
	int ends[2];

	return pipe(ends) == 0 &&
	       syscall(SYS_pwritev2, ends[1], &byte, 1, -1L, -1L, RWF_NOWAIT) == 1;
}

static bool has_fchmodat2(void)
{
	return has_call(CALL_FCHMODAT2);
}

static bool has_statmount(void)
{
	return has_call(CALL_STATMOUNT);
}

static bool has_xattrat(void)
{
	return has_call(CALL_LISTXATTRAT);
}

static bool has_keyrings(void)
{
	return has_call(SYS_keyctl);
}

static bool has_mptcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 262 /* IPPROTO_MPTCP */);

	return fd >= 0 && !close(fd);
}

/* In the working folder's file system, or where /dev/shm is one. */
static bool has_tmpfs_flags(void)
{
	int flags, fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
}

static const struct feature {
	const char *name, *words, *since;
	bool (*ask)(void);
} features[] = {
	{ "listener", "seccomp listener", "5.0", has_listener },
	{ "pidfd_getfd", "pidfd_getfd", "5.6", has_pidfd_getfd },
	{ "addfd_setfd", "ADDFD for seccomp listeners", "5.9", has_addfd_setfd },
	{ "close_range_cloexec", "CLOSE_RANGE_CLOEXEC", "5.11", has_close_range_cloexec },
	{ "addfd_send", "ADDFD with SEND", "5.14", has_addfd_send },
	{ "netns_cookie", "SO_NETNS_COOKIE", "5.14", has_netns_cookie },
	{ "wait_killable", "WAIT_KILLABLE_RECV", "5.19", has_wait_killable },
	{ "pipe_nowait", "RWF_NOWAIT for pipes", "6.4", has_pipe_nowait },
	{ "fchmodat2", "fchmodat2", "6.6", has_fchmodat2 },
	{ "sync_wake_up", "SYNC_WAKE_UP for seccomp listeners", "6.6", has_sync_wake_up },
	{ "tmpfs_flags", "file flags in tmpfs", "6.6", has_tmpfs_flags },
	{ "statmount", "statmount", "6.8", has_statmount },
	{ "thread_pidfd", "pidfds of threads", "6.9", has_thread_pidfd },
	{ "xattrat", "listxattrat", "6.13", has_xattrat },
	{ "exit_info", "PIDFD_INFO_EXIT", "6.15", has_exit_info },
	{ "keyrings", "keyrings", "2.6.10, if it is built so", has_keyrings },
	{ "mptcp", "MPTCP", "5.6, if it is built so", has_mptcp },
};

#define FEATURE_COUNT (sizeof(features) / sizeof(*features))

static const struct feature *feature_find(const char *name)
{
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		if (strcmp(features[i].name, name) == 0)
			return &features[i];
	}
	errx(2, "%s: no feature that is known here", name);
}

int main(int count, char **names)
{
	for (size_t i = 0; count == 1 && i < FEATURE_COUNT; i++)
		printf("%s %s\n", features[i].name, features[i].ask() ? "yes" : "no");
	for (int i = 1; i < count; i++) {
		const struct feature *feature = feature_find(names[i]);

		if (!feature->ask()) {
			printf("this kernel has no %s (Linux %s)\n", feature->words,
			       feature->since);
			return 1;
		}
	}
	return 0;
}
