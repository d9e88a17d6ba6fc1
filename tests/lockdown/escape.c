/* drop-init with one system call more: linked in place of its poll(2), which its loops begin with.
 *
 *     ESCAPE="NUMBER [ARGUMENT]..." [ESCAPE_FROM=answering] escape OPTION... COMMAND
 *
 * It is made in PID 1's first thread, or in the one that answers. If it could be made at all, the
 * thread says so on standard error, and in the first thread the exit status is 90. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int __real_poll(struct pollfd *events, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *events, nfds_t count, int timeout);

int __wrap_poll(struct pollfd *events, nfds_t count, int timeout)
{
	static const char said[] = "escaped\n";
	const bool first = gettid() == getpid(), is_asked = !getenv("ESCAPE_FROM") == first;
	char *text = getenv("ESCAPE");
	long numbers[7] = { 0 };

	if (!text || timeout >= 0 || !is_asked) /* before the loop it is only asked what is open */
		return __real_poll(events, count, timeout);
	for (int i = 0; i < 7 && *text; i++)
		numbers[i] = strtol(text, &text, 0);
	(void)syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5],
		      numbers[6]);
	(void)!write(STDERR_FILENO, said, strlen(said));
	if (first)
		_exit(90);
	unsetenv("ESCAPE");
	return __real_poll(events, count, timeout);
}
