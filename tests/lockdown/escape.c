/* drop-init with one system call more: linked in place of its poll(2), which its loop begins with.
 *
 *     ESCAPE="NUMBER [ARGUMENT]..." escape OPTION... COMMAND
 *
 * What the call returned is the exit status: 90 if it could be made at all. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

int __real_poll(struct pollfd *events, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *events, nfds_t count, int timeout);

int __wrap_poll(struct pollfd *events, nfds_t count, int timeout)
{
	char *text = getenv("ESCAPE");
	long numbers[7] = { 0 };

	if (!text || timeout >= 0) /* before the loop it is only asked what is open */
		return __real_poll(events, count, timeout);
	for (int i = 0; i < 7 && *text; i++)
		numbers[i] = strtol(text, &text, 0);
	(void)syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5],
		      numbers[6]);
	_exit(90);
}
