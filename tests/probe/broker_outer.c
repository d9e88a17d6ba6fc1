/* broker_outer [CALL=ERRNO]... [no-listener] [no-killable] [no-thread] [no-exit] [no-cookie]
 * [no-receive] [listener] COMMAND...: run COMMAND under an outer seccomp filter in which each CALL
 * fails with ERRNO, as under Docker's profile; in which flags are unknown (EINVAL): that for
 * listeners, for callers that wait killably, as before Linux 5.19, or for pidfds of threads, as
 * before 6.9; in which nobody can exit with 125 (EPERM), as drop-init's child does that could not
 * execute the command; in which a listener can be made, and nothing received from it (EPERM); or
 * which has a listener of its own (EBUSY). Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 64

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* Linux 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef PIDFD_THREAD /* Linux 6.9 */
#define PIDFD_THREAD O_EXCL
#endif

static const struct {
	const char *name;
	int number;
} calls[] = {
	{ "getsockopt", SYS_getsockopt }, { "pidfd_getfd", SYS_pidfd_getfd },
	{ "pidfd_open", SYS_pidfd_open }, { "process_vm_readv", SYS_process_vm_readv },
	{ "seccomp", SYS_seccomp },
};

static const struct {
	const char *name;
	int number;
} errors[] = { { "EPERM", EPERM },
	       { "ENOSYS", ENOSYS },
	       { "EINVAL", EINVAL },
	       { "EACCES", EACCES },
	       { "ENOPROTOOPT", ENOPROTOOPT } };

static struct sock_filter program[ROOM];
static unsigned short length;

static void put(unsigned short code, unsigned k, unsigned char jt, unsigned char jf)
{
	program[length++] = (struct sock_filter){ code, jt, jf, k };
}

static void refuse(const char *word)
{
	const char *equals = strchr(word, '=');
	int number = -1, error = -1;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strncmp(calls[i].name, word, (size_t)(equals - word)) == 0)
			number = calls[i].number;
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].name, equals + 1) == 0)
			error = errors[i].number;
	}
	if (number < 0 || error < 0) {
		fprintf(stderr, "broker_outer: %s: unknown\n", word);
		exit(2);
	}
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	put(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
	put(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error, 0, 0);
}

#define SO_NETNS_COOKIE 71 /* Linux 5.14 */

/* Calls that fail where an argument (its low half: both architectures are little-endian) has one
 * of these bits, or is this. */
static const struct {
	const char *word;
	int call;
	unsigned argument;
	unsigned short test;
	unsigned value;
	int error;
} arguments[] = {
	{ "no-listener", SYS_seccomp, 1, BPF_JSET, SECCOMP_FILTER_FLAG_NEW_LISTENER, EINVAL },
	{ "no-killable", SYS_seccomp, 1, BPF_JSET, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, EINVAL },
	{ "no-thread", SYS_pidfd_open, 1, BPF_JSET, PIDFD_THREAD, EINVAL },
	{ "no-exit", SYS_exit, 0, BPF_JEQ, 125, EPERM },
	{ "no-exit", SYS_exit_group, 0, BPF_JEQ, 125, EPERM },
	{ "no-cookie", SYS_getsockopt, 2, BPF_JEQ, SO_NETNS_COOKIE, ENOPROTOOPT },
	{ "no-receive", SYS_ioctl, 1, BPF_JEQ, (unsigned)SECCOMP_IOCTL_NOTIF_RECV, EPERM },
};

static bool refuse_argument(const char *word)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		if (strcmp(arguments[i].word, word) != 0)
			continue;
		put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
		put(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)arguments[i].call, 0, 3);
		put(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args) + 8UL * arguments[i].argument, 0, 0);
		put(BPF_JMP | arguments[i].test | BPF_K, arguments[i].value, 0, 1);
		put(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)arguments[i].error, 0, 0);
		found = true;
	}
	return found;
}

int main(int argc, char **argv)
{
	bool listener = false;
	struct sock_fprog fprog = { .filter = program };
	int i = 1;

	for (; i < argc; i++) {
		if (strcmp(argv[i], "listener") == 0)
			listener = true;
		else if (strchr(argv[i], '='))
			refuse(argv[i]);
		else if (!refuse_argument(argv[i]))
			break;
	}
	put(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	fprog.len = length;
	/* The listener stays open in COMMAND, so the place stays taken. */
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			  listener ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0, &fprog);
	if (fd < 0 || (listener && dup((int)fd) < 0)) {
		perror("broker_outer: seccomp");
		return 2;
	}
	execvp(argv[i], argv + i);
	perror(argv[i]);
	return 127;
}
