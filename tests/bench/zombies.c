/* zombies ORPHANS INIT...: how many zombies an init has, while so many orphans end.
 *
 * INIT is started as PID 1 with this program as its command, whose eight generators make the
 * orphans in groups of fifty. A line every 10 ms until half a second after the last: "MILLISECONDS
 * ZOMBIES", as /proc has them. */
#include "tests/probe/pidns.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>

#define GENERATORS 8
#define GROUP	   50
#define STEP_MS	   10
#define AFTER_MS   500
#define LIMIT_MS   20000

static char as_command[] = "command";

static void generate(int orphans)
{
	for (int made = 0; made < orphans; made += GROUP) {
		const pid_t parent = fork();

		if (parent < 0)
			fail("fork");
		if (parent) {
			waitpid(parent, NULL, 0);
			continue;
		}
		for (int i = 0; i < GROUP; i++) {
			if (!fork())
				_exit(0);
		}
		_exit(0);
	}
	_exit(0);
}

/* Descriptor 3 says when it begins, and that it is over. */
static int command(int orphans)
{
	pid_t generators[GENERATORS];

	if (write(3, "!", 1) != 1)
		fail("write");
	for (int i = 0; i < GENERATORS; i++) {
		generators[i] = fork();
		if (!generators[i])
			generate(orphans / GENERATORS);
	}
	for (int i = 0; i < GENERATORS; i++)
		waitpid(generators[i], NULL, 0);
	if (write(3, "!", 1) != 1)
		fail("write");
	pause();
	return 0;
}

/* Is this process a zombie of that parent's? proc_pid_stat(5) */
static int is_zombie_of(const char *pid, pid_t parent)
{
	char path[300], text[256];
	const char *state;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	state = strrchr(text, ')');
	return state && state[2] == 'Z' && atoi(state + 4) == parent;
}

static int zombies_count(pid_t init)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	if (!proc)
		fail("/proc");
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			count += is_zombie_of(entry->d_name, init);
	closedir(proc);
	return count;
}

static int said(int fd, int milliseconds)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&event, 1, milliseconds) == 1 && read(fd, &byte, 1) == 1;
}

static void watch(pid_t init, int from_command)
{
	const uint64_t begin = now_ns();
	uint64_t now, end = LIMIT_MS;

	for (;;) {
		const int zombies = zombies_count(init);

		now = (now_ns() - begin) / 1000000;
		printf("%lu %d\n", (unsigned long)now, zombies);
		if (now >= end)
			return;
		if (end != LIMIT_MS)
			usleep(STEP_MS * 1000);
		else if (said(from_command, STEP_MS))
			end = now + AFTER_MS;
	}
}

int main(int argc, char **argv)
{
	char *self = realpath("/proc/self/exe", NULL);
	char *command_argv[] = { self, as_command, argv[1], NULL };
	int words[2];
	pid_t init;

	if (argc == 3 && !strcmp(argv[1], as_command))
		return command(atoi(argv[2]));
	if (argc < 3 || pipe(words))
		fail("zombies");
	words[0] = fcntl(words[0], F_DUPFD_CLOEXEC, 10);
	if (words[1] != 3 && dup2(words[1], 3) != 3)
		fail("dup2");
	init = pidns_start_under(argv + 2, command_argv);
	(void)setpriority(PRIO_PROCESS, 0, -10); /* if not, there are fewer samples */
	if (!said(words[0], LIMIT_MS))
		fail("the command did not start");
	watch(init, words[0]);
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	return 0;
}
