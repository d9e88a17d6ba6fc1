#include "init/supervise/channel.h"

#include "init/sys/effect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define GO   'g'
#define STOP 's'

/* PID 1 waits for no keeper. */
static int make_nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return -errno;
	return (fcntl(fd, F_GETFL) & O_NONBLOCK) ? 0 : -ENOEFFECT;
}

int channel_make(int *ret_ours, int *ret_keepers)
{
	int ends[2], result;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	result = make_nonblocking(ends[0]);
	if (result) {
		(void)close(ends[0]); /* nobody knows them yet */
		(void)close(ends[1]);
		return result;
	}
	*ret_ours = ends[0];
	*ret_keepers = ends[1];
	return 0;
}

/* write(2), as PID 1's filter knows it. SIGPIPE is blocked, and the loop knows it for our own. A
 * keeper that is gone is told of when its end is read. */
static void say(int fd, char byte)
{
	for (int tries = 0; tries < 3 && write(fd, &byte, 1) < 0 && errno != EPIPE; tries++)
		; /* a byte has room: what refuses it passes, or the keeper has gone */
}

void channel_go(int fd)
{
	say(fd, GO);
}

void channel_stop(int fd)
{
	say(fd, STOP);
}

int channel_receive(int fd, struct helper_report *ret_report)
{
	const ssize_t length = read(fd, ret_report, sizeof(*ret_report));

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (length != (ssize_t)sizeof(*ret_report))
		return 0; /* no keeper of ours */
	ret_report->last_word[LAST_WORD_SIZE - 1] = '\0';
	return 1;
}

void channel_report(int fd, const struct helper_report *report)
{
	ssize_t sent;

	do
		sent = write(fd, report, sizeof(*report));
	while (sent < 0 && errno == EINTR);
	/* Where PID 1 is gone there is nobody to tell, and soon no namespace. */
}

bool channel_says_go(int fd)
{
	char byte = STOP;

	return read(fd, &byte, 1) == 1 && byte == GO;
}
