/* broker_outer [CALL=ERRNO]... [no-listener] [listener] COMMAND...: run COMMAND under an outer
 * seccomp filter in which each CALL fails with ERRNO, as under Docker's profile; in which there are
 * no listeners (EINVAL, as in gVisor); or which has one of its own (EBUSY). Needs root. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 64

static const struct {
	const char *name;
	int number;
} calls[] = {
	{ "pidfd_getfd", SYS_pidfd_getfd },
	{ "pidfd_open", SYS_pidfd_open },
	{ "process_vm_readv", SYS_process_vm_readv },
	{ "seccomp", SYS_seccomp },
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EPERM", EPERM }, { "ENOSYS", ENOSYS }, { "EINVAL", EINVAL }, { "EACCES", EACCES }
};

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

static void refuse_listeners(void)
{
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	put(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 3);
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]), 0, 0);
	put(BPF_JMP | BPF_JSET | BPF_K, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0, 1);
	put(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL, 0, 0);
}

int main(int argc, char **argv)
{
	bool listener = false;
	struct sock_fprog fprog = { .filter = program };
	int i = 1;

	for (; i < argc; i++) {
		if (strcmp(argv[i], "listener") == 0)
			listener = true;
		else if (strcmp(argv[i], "no-listener") == 0)
			refuse_listeners();
		else if (strchr(argv[i], '='))
			refuse(argv[i]);
		else
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
