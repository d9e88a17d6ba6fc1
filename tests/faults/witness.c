/* The command of a fault run: it says what the kernel gave it, one fact a line, on standard output.
 *
 *     witness [--wait]        end with status 7; with --wait on SIGTERM with 143, or after 3 s with
 * 9
 *
 * It shares no code with drop-init: capabilities come from libcap-ng, the rest from the system call
 * that asks for just that.
 */
#include <arpa/inet.h>
#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
	const gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return x < y ? -1 : x > y;
}

static void say_ids(void)
{
	uid_t r, e, s;
	gid_t groups[256];
	int count = getgroups(256, groups);

	if (getresuid(&r, &e, &s))
		abort();
	printf("uid %u %u %u %u\n", r, e, s, (unsigned)setfsuid((uid_t)-1));
	if (getresgid(&r, &e, &s))
		abort();
	printf("gid %u %u %u %u\n", r, e, s, (unsigned)setfsgid((gid_t)-1));
	qsort(groups, (size_t)count, sizeof(*groups), compare);
	printf("groups");
	for (int i = 0; i < count; i++)
		printf(" %u", groups[i]);
	puts("");
}

static void say_set(const char *name, capng_type_t set)
{
	uint64_t held = 0;

	for (unsigned n = 0; n <= (unsigned)CAP_LAST_CAP; n++) {
		if (capng_have_capability(set, n))
			held |= (uint64_t)1 << n;
	}
	printf("%s %llx\n", name, (unsigned long long)held);
}

static void say_capabilities(void)
{
	if (capng_get_caps_process())
		abort();
	say_set("effective", CAPNG_EFFECTIVE);
	say_set("permitted", CAPNG_PERMITTED);
	say_set("inheritable", CAPNG_INHERITABLE);
	say_set("bounding", CAPNG_BOUNDING_SET);
	say_set("ambient", CAPNG_AMBIENT);
}

static void say_process(void)
{
	const char *listen_pid = getenv("LISTEN_PID");
	int death = 0;

	printf("no_new_privs %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	printf("seccomp %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	printf("securebits %x\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	printf("umask %03o\n", umask(0));
	prctl(PR_GET_PDEATHSIG, &death, 0, 0, 0);
	printf("parent-death %d\n", death);
	printf("own group %s\n", getpgrp() == getpid() ? "yes" : "no");
	printf("LISTEN_PID %s\n", !listen_pid			 ? "unset"
				  : atoi(listen_pid) == getpid() ? "ours"
								 : "wrong");
}

/* Only from the kernel's own view: libc hides two signals. */
static void say_signals(void)
{
	uint64_t blocked = 0, ignored = 0;
	struct sigaction action;

	if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof(blocked)))
		abort();
	for (int n = 1; n < 65; n++) {
		if (!sigaction(n, NULL, &action) && action.sa_handler == SIG_IGN)
			ignored |= (uint64_t)1 << (n - 1);
	}
	printf("blocked %llx\nignored %llx\n", (unsigned long long)blocked,
	       (unsigned long long)ignored);
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, level, name, &value, &size) ? -errno : value;
}

static void say_socket(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	} name = { 0 };
	socklen_t size = sizeof(name);
	char host[INET6_ADDRSTRLEN] = "";

	if (getsockname(fd, &name.any, &size))
		abort();
	if (name.any.sa_family == AF_UNIX)
		printf(" %s", name.local.sun_path);
	else if (name.any.sa_family == AF_INET)
		printf(" %s:%u", inet_ntop(AF_INET, &name.v4.sin_addr, host, sizeof(host)),
		       ntohs(name.v4.sin_port));
	else
		printf(" [%s]:%u v6only=%d",
		       inet_ntop(AF_INET6, &name.v6.sin6_addr, host, sizeof(host)),
		       ntohs(name.v6.sin6_port), option(fd, IPPROTO_IPV6, IPV6_V6ONLY));
	printf(" type=%d listens=%d reuseaddr=%d keepalive=%d", option(fd, SOL_SOCKET, SO_TYPE),
	       option(fd, SOL_SOCKET, SO_ACCEPTCONN), option(fd, SOL_SOCKET, SO_REUSEADDR),
	       option(fd, SOL_SOCKET, SO_KEEPALIVE));
}

static void say_descriptors(void)
{
	for (int fd = 0; fd < 4096; fd++) {
		struct stat status;

		if (fstat(fd, &status))
			continue;
		printf("descriptor %d type=%o flags=%x", fd, status.st_mode & S_IFMT,
		       fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
		if (S_ISSOCK(status.st_mode))
			say_socket(fd);
		puts("");
	}
}

static void say_environment(void)
{
	static const char *const own[] = { "LISTEN_FDS", "LISTEN_FDNAMES", "HOME",
					   "USER",	 "LOGNAME",	   "DROP_INIT_UMASK" };
	char folder[4096];

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		printf("%s=%s\n", own[i], getenv(own[i]) ? getenv(own[i]) : "(unset)");
	printf("folder %s\n", getcwd(folder, sizeof(folder)) ? folder : "?");
}

static const char *outcome(long result)
{
	return result < 0 ? strerrorname_np(errno) : "works";
}

/* What the default profile closes, asked in a way that does nothing where it is open. */
static void say_filter(void)
{
	printf("mount %s\n", outcome(mount(NULL, NULL, NULL, MS_REMOUNT, NULL)));
	printf("unshare %s\n", outcome(unshare(CLONE_NEWUSER)));
	printf("keyctl %s\n", outcome(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -99, 0)));
	printf("AF_VSOCK %s\n", outcome(socket(AF_VSOCK, SOCK_STREAM, 0)));
	printf("ptrace %s\n", outcome(ptrace(PTRACE_ATTACH, 0x7fffffff, NULL, NULL)));
	printf("setuid %s\n", outcome(setuid(0)));
}

/* Call visitor for each line of what each thread of PID 1 says of itself: PID 1 is nobody's to look
 * into, but this much is open. /proc/1/status would be the first thread's alone. */
static void init_visit(void (*visitor)(const char *line, void *context), void *context)
{
	DIR *tasks = opendir("/proc/1/task");
	const struct dirent *task;
	char path[300], line[512];
	FILE *file;

	while (tasks && (task = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/1/task/%s/status", task->d_name);
		file = *task->d_name == '.' ? NULL : fopen(path, "re");
		while (file && fgets(line, sizeof(line), file))
			visitor(line, context);
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
}

static void find_unfiltered(const char *line, void *context)
{
	if (!strncmp(line, "Seccomp:", 8))
		*(bool *)context &= !strcmp(line, "Seccomp:\t2\n");
}

/* PID 1 loads its own right after our start, in its first thread last. */
static void init_await_filter(void)
{
	const struct timespec millisecond = { .tv_nsec = 1000000 };

	for (int i = 0; i < 1000; i++) {
		bool filtered = true;

		init_visit(find_unfiltered, &filtered);
		if (filtered)
			break;
		nanosleep(&millisecond, NULL);
	}
}

static void say_line(const char *line, void *context)
{
	static const char *const fields[] = { "Uid:",	 "Gid:",     "Groups:",
					      "CapPrm:", "CapEff:",  "CapBnd:",
					      "SigBlk:", "Seccomp:", "NoNewPrivs:" };

	(void)context;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!strncmp(line, fields[i], strlen(fields[i])))
			printf("init %s", line);
	}
}

static void say_init(void)
{
	init_visit(say_line, NULL);
	printf("init's memory %s\n", outcome(open("/proc/1/mem", O_RDONLY | O_CLOEXEC)));
}

/* It is blocked from the start, so it cannot come too early. */
static int wait_for_term(void)
{
	const struct timespec patience = { .tv_sec = 3 };
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	return sigtimedwait(&term, NULL, &patience) == SIGTERM ? 128 + SIGTERM : 9;
}

int main(int argc, char **argv)
{
	say_ids();
	say_capabilities();
	say_process();
	say_signals();
	say_descriptors();
	say_environment();
	if (fflush(stdout)) /* what comes now may wait for PID 1 */
		return 1;
	say_filter();
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		init_await_filter();
	say_init();
	(void)argv;
	puts("end");
	if (fflush(stdout))
		return 1;
	return argc > 1 ? wait_for_term() : 7;
}
