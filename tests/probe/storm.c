/* storm ROUNDS INIT...: signals through an init that is busy with a storm of orphans.
 *
 * INIT is started as PID 1 with this program as its command, which has eight generators make groups
 * of fifty orphans that end at once. ROUNDS times a USR1 is sent to the init; the command answers
 * each. One that has no answer in two seconds is lost, and after five of them it gives up. Prints
 * "LOST of ROUNDS lost, MEDIAN us, ORPHANS/s". */
#include "tests/probe/pidns.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#define GENERATORS 8
#define GROUP	   50

static char as_command[] = "command";

static volatile uint64_t *orphans; /* how many each generator has made */
static int answers[2];

static void generate(int which)
{
	signal(SIGCHLD, SIG_DFL);
	for (;;) {
		const pid_t parent = fork();

		if (!parent) {
			for (int i = 0; i < GROUP; i++) {
				if (!fork())
					_exit(0);
			}
			_exit(0);
		}
		waitpid(parent, NULL, 0);
		orphans[(size_t)which * 8] += GROUP;
	}
}

/* The command: its descriptor 3 is where answers go, 4 the shared counters. */
static int command(void)
{
	pid_t generators[GENERATORS];
	sigset_t signals;
	int received;

	orphans = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 4, 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	for (int i = 0; i < GENERATORS; i++) {
		generators[i] = fork();
		if (!generators[i])
			generate(i);
	}
	do {
		if (write(3, "!", 1) != 1)
			break;
	} while (!sigwait(&signals, &received) && received == SIGUSR1);
	for (int i = 0; i < GENERATORS; i++)
		kill(generators[i], SIGKILL);
	return 0;
}

static int answered(void)
{
	struct pollfd event = { .fd = answers[0], .events = POLLIN };
	char byte;

	return poll(&event, 1, 2000) == 1 && read(answers[0], &byte, 1) == 1;
}

static int compare(const void *a, const void *b)
{
	return *(const uint64_t *)a < *(const uint64_t *)b ? -1 : 1;
}

static void measure(pid_t init, int rounds)
{
	uint64_t *times = calloc((size_t)rounds + 1, sizeof(*times));
	const uint64_t begin = now_ns();
	uint64_t made = 0, seconds;
	int lost = 0, sent = 0;

	if (!times)
		fail("calloc");
	for (; sent < rounds && lost < ENOUGH_LOST; sent++) {
		const uint64_t then = now_ns();

		kill(init, SIGUSR1);
		lost += !answered();
		times[sent] = now_ns() - then;
		usleep(5000);
	}
	seconds = now_ns() - begin;
	for (int i = 0; i < GENERATORS; i++)
		made += orphans[(size_t)i * 8];
	qsort(times, (size_t)sent, sizeof(*times), compare);
	printf("%d of %d lost, %lu us, %lu orphans/s\n", lost, sent,
	       (unsigned long)times[sent / 2] / 1000, (unsigned long)(made * 1000000000 / seconds));
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
	char *command_argv[] = { self, as_command, NULL };
	const int memory = memfd_create("orphans", 0);
	int rounds;
	pid_t init;

	if (argc == 2 && !strcmp(argv[1], as_command))
		return command();
	rounds = argc > 2 ? atoi(argv[1]) : 0;
	if (!rounds || memory < 0 || ftruncate(memory, 4096) || pipe(answers))
		fail("storm");
	orphans = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	answers[0] = fcntl(answers[0], F_DUPFD, 10);
	descriptors_place(answers[1], memory);
	init = pidns_start_under(argv + 2, command_argv);
	if (!answered())
		fail("the command did not start");
	measure(init, rounds);
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	return 0;
}
