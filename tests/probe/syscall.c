/* syscall [-f FILTER] [-u UID]: try syscalls, and say what each returned.
 * syscall -f FILTER [-u UID] COMMAND [ARG]...: load the filter and become the command.
 *
 * Standard input has one syscall on a line: a number and up to six arguments, decimal or 0x…. For
 * each a line comes out: the number and the name of the error, "ok", "exit", or the signal that
 * ended it. Each is tried in a child of its own, which loads the filter first; without -f whatever
 * filter is there already is what is tested. Give bad pointers: then what is allowed fails in a
 * harmless way.
 */
#include "seccomp/filter/filter_file.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20 /* between two looks at a syscall that does not come back */

static struct sock_filter code[BPF_MAXINSNS];
static struct sock_fprog program = { .filter = code };

enum { RESULT_NONE = -1 }; /* otherwise an errno, 0 for success */

struct attempt {
	long number;
	unsigned long arguments[6];
};

static void filter_read(const char *path)
{
	struct filter_file_header header;
	int file = open(path, O_RDONLY);

	if (file < 0 || read(file, &header, sizeof(header)) != sizeof(header))
		err(1, "%s", path);
	if (memcmp(header.magic, FILTER_FILE_MAGIC, sizeof(header.magic)) != 0 ||
	    read(file, code, sizeof(code)) != (ssize_t)(header.count * sizeof(*code)))
		errx(1, "%s: no filter", path);
	program.len = (unsigned short)header.count;
	close(file);
}

static void user_become(const char *number)
{
	uid_t uid = (uid_t)strtoul(number, NULL, 10);

	if (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0)
		err(1, "cannot become %u", uid);
}

static long attempt_call(const struct attempt *attempt)
{
	const unsigned long *a = attempt->arguments;

	return syscall(attempt->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* no_new_privs without a filter too: some syscalls answer differently with it. */
static bool filter_load(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       (!program.len || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

static void attempt_child(const struct attempt *attempt, volatile int *result)
{
	pid_t self = getpid();
	long value;
	int error;

	if (!filter_load())
		_exit(2);
#ifdef SYS_vfork
	/* vfork(2) needs libc's help, and its child must not return from here: it has our stack */
	/* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork) */
	value = attempt->number == SYS_vfork ? vfork() : attempt_call(attempt);
#else
	value = attempt_call(attempt);
#endif
	error = errno;
	/* the child of a fork has nothing to report */
	if (value == 0 && syscall(SYS_getpid) != self)
		_exit(0);
	*result = value < 0 && value >= -4095 ? error : 0;
	_exit(0);
}

static void attempt_report(const struct attempt *attempt, int result, int status)
{
	if (result != RESULT_NONE)
		printf("%ld %s\n", attempt->number, result ? strerrorname_np(result) : "ok");
	else if (WIFSIGNALED(status))
		printf("%ld SIG%s\n", attempt->number, sigabbrev_np(WTERMSIG(status)));
	else
		printf("%ld exit\n", attempt->number);
}

/* Its state as in proc_pid_stat(5), 0 where it is gone. */
static char process_state(pid_t pid)
{
	char path[32], text[64] = "", *name_end;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = open(path, O_RDONLY);
	if (file < 0 || read(file, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	if (file >= 0)
		close(file);
	name_end = strrchr(text, ')');
	return name_end ? name_end[2] : '\0';
}

/* pause(2) and its like never come back: such a one sleeps until a signal comes. Others take their
 * time, as sync(2) does on a busy machine: they work, or wait for a disk. */
static void attempt_interrupt_sleep(pid_t child)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN };
	int asleep = 0;

	if (end.fd < 0)
		err(1, "pidfd_open");
	while (poll(&end, 1, PATIENCE_MS) == 0) {
		asleep = process_state(child) == 'S' ? asleep + 1 : 0;
		if (asleep == 2)
			kill(child, SIGALRM);
	}
	close(end.fd);
}

static void attempt_make(const struct attempt *attempt, volatile int *result)
{
	int status;
	pid_t child;

	*result = RESULT_NONE;
	fflush(stdout);
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0)
		attempt_child(attempt, result);
	attempt_interrupt_sleep(child);
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	attempt_report(attempt, *result, status);
}

static void line_parse(char *line, struct attempt *attempt)
{
	char *end;

	memset(attempt, 0, sizeof(*attempt));
	attempt->number = strtol(line, &end, 0);
	for (int i = 0; i < 6 && *end; i++)
		attempt->arguments[i] = strtoul(end, &end, 0);
}

int main(int count, char **arguments)
{
	volatile int *result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct attempt attempt;
	char line[256];
	int option;

	if (result == MAP_FAILED)
		err(1, "mmap");
	while ((option = getopt(count, arguments, "+f:u:")) != -1) {
		if (option == 'f')
			filter_read(optarg);
		else if (option == 'u')
			user_become(optarg);
		else
			return 2;
	}
	if (optind < count) {
		if (filter_load())
			execvp(arguments[optind], arguments + optind);
		err(1, "%s", arguments[optind]);
	}
	while (fgets(line, sizeof(line), stdin)) {
		line_parse(line, &attempt);
		attempt_make(&attempt, result);
	}
	return 0;
}
