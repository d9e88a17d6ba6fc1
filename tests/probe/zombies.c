/* zombies COUNT INIT...: is a signal that is sent while COUNT zombies land on an init kept waiting
 * by them?
 *
 * INIT is started as PID 1 with this program as its command. A child of that makes COUNT zombies,
 * and ends: all of them are the init's at that moment, and a USR1 is sent to it. Prints the
 * microseconds until the command answers, and those until the last zombie has gone. INIT has to
 * be one that leaves zombies for a moment. */
#include "tests/probe/pidns.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>

#define LIMIT_S 120 /* for each wait: emulated, the zombies take half a minute */

static char as_command[] = "command";

/* Descriptor 3 is where answers go; from 4 comes the word to end. */
static void make_zombies(int count)
{
	char byte;

	for (volatile int i = 0; i < count; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork): the fastest */
		const pid_t pid = vfork();

		if (!pid)
			_exit(0);
		if (pid < 0)
			fail("vfork");
	}
	write(3, "!", 1);
	read(4, &byte, 1);
	_exit(0);
}

static int command(int count)
{
	sigset_t signals;
	int received;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (!fork())
		make_zombies(count);
	while (!sigwait(&signals, &received))
		write(3, "!", 1);
	return 0;
}

/* The first two are all that is read: each that is costs the init a wait for the kernel's lock. */
static bool has_second_child(pid_t pid)
{
	char path[64];
	FILE *file;
	int ignored, count;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "re");
	if (!file)
		fail(path);
	setbuf(file, NULL);
	count = fscanf(file, "%d %d", &ignored, &ignored);
	(void)fclose(file);
	return count == 2;
}

static void give_up(pid_t init, const char *what)
{
	kill(init, SIGKILL);
	fail(what);
}

static void second_child_wait(pid_t init, bool there)
{
	const uint64_t end = now_ns() + (uint64_t)LIMIT_S * 1000000000;

	while (has_second_child(init) != there) {
		if (now_ns() > end)
			give_up(init, there ? "no zombie appears" : "the zombies stay");
	}
}

static void answer_wait(pid_t init, int fd)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	char byte;

	if (poll(&event, 1, LIMIT_S * 1000) != 1 || read(fd, &byte, 1) != 1)
		give_up(init, "no answer");
}

/* Give these descriptors the numbers that the command knows. */
static void descriptors_place(int three, int four)
{
	three = fcntl(three, F_DUPFD, 10);
	four = fcntl(four, F_DUPFD, 10);
	if (dup2(three, 3) != 3 || dup2(four, 4) != 4)
		fail("dup2");
}

int main(int argc, char **argv)
{
	char *self = realpath("/proc/self/exe", NULL);
	char *command_argv[] = { self, as_command, argv[1], NULL };
	int answers[2], words[2];
	uint64_t sent, answered;
	pid_t init;

	if (argc == 3 && !strcmp(argv[1], as_command))
		return command(atoi(argv[2]));
	if (argc < 3 || pipe(answers) || pipe(words))
		fail("zombies");
	answers[0] = fcntl(answers[0], F_DUPFD, 10);
	words[1] = fcntl(words[1], F_DUPFD, 10);
	descriptors_place(answers[1], words[0]);
	init = pidns_start_under(argv + 2, command_argv);
	answer_wait(init, answers[0]);
	write(words[1], "!", 1);
	second_child_wait(init, true); /* the first is the command */
	sent = now_ns();
	kill(init, SIGUSR1);
	answer_wait(init, answers[0]);
	answered = now_ns();
	second_child_wait(init, false);
	printf("%lu %lu\n", (unsigned long)(answered - sent) / 1000,
	       (unsigned long)(now_ns() - sent) / 1000);
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	return 0;
}
