/* timer ROUNDS ';' COMMAND... ';' COMMAND...: how long commands take, side by side.
 *
 * In each round every command runs once, as PID 1 of a namespace of its own, with the capabilities
 * that Docker gives a container, and each round begins with another one. Prints a line for each
 * run: the command's index, nanoseconds from execve(2) to the time that came on its standard output
 * (see stamp.c; 0: none came) and to its end, its exit status, its peak of resident memory in
 * KiB, and microseconds of processor time.
 *
 * The clock starts in the child, right before execve(2), so that neither this program nor the
 * making of the namespace is measured. It is static and small, because a child's peak of memory
 * includes what it was before execve(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 64

struct run {
	char **argv;
	int output;
	int64_t begin;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "timer: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* What a container is started with, here and after execve(2): this program keeps what it has. */
static void bound_capabilities(void)
{
	static const int docker[] = { CAP_CHOWN,       CAP_DAC_OVERRIDE, CAP_FOWNER,
				      CAP_FSETID,      CAP_KILL,	 CAP_SETGID,
				      CAP_SETUID,      CAP_SETPCAP,	 CAP_NET_BIND_SERVICE,
				      CAP_NET_RAW,     CAP_SYS_CHROOT,	 CAP_MKNOD,
				      CAP_AUDIT_WRITE, CAP_SETFCAP };
	unsigned long long keep = 0;

	for (size_t i = 0; i < sizeof(docker) / sizeof(*docker); i++)
		keep |= 1ULL << docker[i];
	for (int n = 0; prctl(PR_CAPBSET_READ, n) >= 0; n++)
		if (!(keep >> n & 1) && prctl(PR_CAPBSET_DROP, n))
			fail("PR_CAPBSET_DROP");
}

/* Before whatever else the machine does. Where it is to be fair between sessions (sched(7),
 * "The autogroup feature") a thread's own niceness counts for nothing.
 */
static void take_precedence(void)
{
	int fd;

	setsid();
	(void)setpriority(PRIO_PROCESS, 0, -15); /* if not, there is more noise */
	fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "-15", 3) < 0)
		perror("timer: /proc/self/autogroup");
	if (fd >= 0)
		close(fd);
}

static int child(void *argument)
{
	struct run *run = argument;

	dup2(run->output, STDOUT_FILENO);
	run->begin = now_ns();
	execv(run->argv[0], run->argv);
	_exit(127);
}

static int64_t read_stamp(int fd)
{
	int64_t stamp[2];

	if (read(fd, stamp, sizeof(stamp)) != sizeof(stamp))
		return 0;
	return stamp[0] * 1000000000 + stamp[1];
}

static long long microseconds(const struct timeval *time)
{
	return (long long)time->tv_sec * 1000000 + time->tv_usec;
}

static void measure(int index, char **argv, const int output[2])
{
	static char stack[65536] __attribute__((aligned(16)));
	struct run run = { argv, output[1], 0 };
	struct rusage usage;
	int64_t end, stamp;
	int status;
	pid_t pid = clone(child, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | CLONE_NEWPID | SIGCHLD, &run);

	if (pid < 0)
		fail("clone");
	while (wait4(pid, &status, 0, &usage) != pid)
		if (errno != EINTR)
			fail("wait4");
	end = now_ns();
	stamp = read_stamp(output[0]);
	printf("%d %lld %lld %d %ld %lld\n", index, (long long)(stamp ? stamp - run.begin : 0),
	       (long long)(end - run.begin),
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), usage.ru_maxrss,
	       microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime));
}

int main(int argc, char **argv)
{
	char **commands[COMMANDS];
	int count = 0, output[2];
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], ";") != 0)
			continue;
		argv[i] = NULL;
		if (count == COMMANDS || i + 1 == argc)
			break;
		commands[count++] = argv + i + 1;
	}
	if (!count || rounds <= 0 || pipe2(output, O_CLOEXEC | O_NONBLOCK))
		fail("usage: timer ROUNDS ';' COMMAND... ';' COMMAND...");
	bound_capabilities();
	take_precedence();
	for (long round = 0; round < rounds; round++)
		for (int i = 0; i < count; i++) {
			int index = (int)((round + i) % count);

			measure(index, commands[index], output);
		}
	return 0;
}
