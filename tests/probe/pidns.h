/* pidns.h: for probes that start an init as PID 1 of a namespace of its own, many times and fast.
 */
#ifndef PIDNS_H
#define PIDNS_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENOUGH_LOST 5 /* lost signals: no more of them are waited for */

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

/* PID 1 of a new namespace, in a session of its own, becomes argv; what it ignores and blocks is
 * nothing. */
static inline pid_t pidns_start(char **argv)
{
	const pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	sigset_t none;

	if (pid < 0)
		fail("clone");
	if (pid)
		return pid;
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int n = 1; n < 65; n++) /* libc's own, too: make's posix_spawn(3) ignores them */
		syscall(SYS_rt_sigaction, n, (char[64]){ 0 }, NULL, 8);
	execvp(argv[0], argv);
	fail(argv[0]);
	return -1;
}

/* The same for "INIT... COMMAND...": both end in NULL. */
static inline pid_t pidns_start_under(char **init, char *const *command)
{
	char *argv[64];
	int count = 0;

	while (*init && count < 60)
		argv[count++] = *init++;
	while (*command && count < 63)
		argv[count++] = *command++;
	argv[count] = NULL;
	return pidns_start(argv);
}

/* The first child of this process, as we see it; 0: it has none (yet). */
static inline pid_t first_child(pid_t pid)
{
	char path[64], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return atoi(text);
}

/* Wait for this process, at most so long; -1: it is still there. */
static inline int wait_ms(pid_t pid, int milliseconds)
{
	const uint64_t end = now_ns() + (uint64_t)milliseconds * 1000000;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ns() > end)
			return -1;
		usleep(100);
	}
	return status;
}

#endif
