#include "init/sys/message.h"

#include "init/sys/escape.h"
#include "init/sys/failure.h"
#include "init/sys/number.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8 /* linux/fs.h, which has much else */
#endif
#define ROOM_WAIT_MS   100
#define LINE_MAX_BYTES 4096 /* what Kubernetes keeps of a termination message, too */

static const struct message_style own_style = {
	.before = { "drop-init: ", "drop-init: ", "drop-init: ", "drop-init: " },
	.own_failure = EXIT_OWN_FAILURE,
};

/* How to speak: set once, before there is anything else to say it with. */
static const struct message_style *style = &own_style;
static int wanted_verbosity;
static bool as_json;
static const char *helper; /* who we look after; NULL: the command */
static bool leaves_log;
static int output = STDERR_FILENO;

struct line {
	char text[LINE_MAX_BYTES];
	size_t length;
};

void message_speak(const struct message_style *new_style)
{
	style = new_style;
}

void message_configure(int verbosity, bool json)
{
	wanted_verbosity = verbosity;
	as_json = json;
}

void message_name_helper(const char *name)
{
	helper = name;
}

/* A terminal takes a part of a line where there is room for no more, and then waits. Standard error
 * itself cannot be told not to: the command has the same description. open(2) */
int message_open_terminal(void)
{
	const int own = isatty(STDERR_FILENO) ? open("/proc/self/fd/2",
						     O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
					      : -1;

	if (own > STDERR_FILENO)
		output = own;
	return own;
}

bool message_wanted(enum message_level level)
{
	return (int)level <= wanted_verbosity;
}

static void line_add(struct line *line, const char *text)
{
	size_t length = strlen(text);
	size_t room = sizeof(line->text) - 1 - line->length; /* one for the newline */

	if (length > room)
		length = room;
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

static void line_begin(struct line *line, const char *about, enum message_level level)
{
	char digits[21];

	line_add(line, style->before[level - MESSAGE_ERROR]);
	if (style->after) {
		line_add(line, number_format((uint64_t)getpid(), digits));
		line_add(line, style->after);
	}
	if (about) {
		line_add(line, about);
		line_add(line, ": ");
	}
}

/* "2026-11-26T03:32:04.125Z". RFC 3339 */
static void line_add_time(struct line *line)
{
	struct timespec now = { 0 };
	char text[96];
	struct tm utc;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* the clock exists: no failure */
	(void)gmtime_r(&now.tv_sec, &utc);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900,
		 utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
		 now.tv_nsec / 1000000);
	line_add(line, text);
}

static void line_begin_json(struct line *line, const char *about, enum message_level level)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };

	line_add(line, "{\"time\":\"");
	line_add_time(line);
	line_add(line, "\",\"program\":\"drop-init\",\"level\":\"");
	line_add(line, names[level - MESSAGE_ERROR]);
	if (about) {
		line_add(line, "\",\"helper\":\"");
		line_add(line, about);
	}
	line_add(line, "\",\"message\":\"");
}

/* About a helper, or NULL. */
static void line_make(struct line *line, const char *about, enum message_level level,
		      const char *text)
{
	line->length = 0;
	if (as_json)
		line_begin_json(line, about, level);
	else
		line_begin(line, about, level);
	/* A line that is cut still gets its end. */
	line->length += escape(text, as_json, line->text + line->length,
			       sizeof(line->text) - line->length - sizeof("\"}\n"));
	if (as_json)
		line_add(line, "\"}");
	line->text[line->length++] = '\n';
}

static void line_format(struct line *line, enum message_level level, const char *format,
			va_list arguments)
{
	char text[LINE_MAX_BYTES];

	vsnprintf(text, sizeof(text), format, arguments);
	line_make(line, helper, level, text);
}

/* Whoever reads it may have stopped: a line is rather lost than PID 1 kept from its work, and after
 * one that nobody was waiting for the next ones do not wait at all. Where a pipe can be written to
 * there is room for PIPE_BUF bytes, and no line is longer. pipe(7) */
static bool has_room(int fd)
{
	static atomic_bool stopped;
	struct pollfd place = { .fd = fd, .events = POLLOUT };
	const bool ready = poll(&place, 1, stopped ? 0 : ROOM_WAIT_MS) != 0;

	stopped = !ready;
	return ready;
}

/* Others write to the same pipe, and may have filled it since: then the line is lost. False where
 * the kernel cannot write without waiting (before Linux 6.4), or it is no pipe. pwritev2(2) */
static bool write_now(int fd, const struct line *line)
{
	const struct iovec text = { (void *)line->text, line->length };
	struct stat status = { 0 };

	if (fstat(fd, &status) || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
		return false;
	return syscall(SYS_pwritev2, fd, &text, 1, -1L, -1L, RWF_NOWAIT) >= 0 || errno == EAGAIN;
}

static void write_whole(int fd, const struct line *line)
{
	ssize_t done;

	if (!has_room(fd) || write_now(fd, line))
		return;
	do
		done = write(fd, line->text, line->length);
	while (done < 0 && errno == EINTR);
	/* Nobody is left to tell that standard error cannot be written. */
}

/* Kubernetes shows the content of this file as the reason why a container ended. */
static void write_termination_log(const struct line *line)
{
	const int flags = O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	const int fd = leaves_log ? -1 : open("/dev/termination-log", flags);

	if (fd < 0)
		return;
	write_whole(fd, line);
	(void)close(fd); /* nothing can be done about it here */
}

void message(enum message_level level, const char *format, ...)
{
	struct line line;
	va_list arguments;

	if (!message_wanted(level))
		return;
	va_start(arguments, format);
	line_format(&line, level, format, arguments);
	va_end(arguments);
	write_whole(output, &line);
}

void message_leave_log(void)
{
	leaves_log = true;
}

void message_last(enum message_level level, const char *format, ...)
{
	struct line line;
	va_list arguments;

	va_start(arguments, format);
	line_format(&line, level, format, arguments);
	va_end(arguments);
	if (message_wanted(level))
		write_whole(output, &line);
	write_termination_log(&line);
}

void message_log_helper(const char *name, const char *text)
{
	struct line line;

	line_make(&line, name, MESSAGE_ERROR, text);
	write_termination_log(&line);
}

int message_exit_status(int status)
{
	if (status == EXIT_OWN_FAILURE)
		return style->own_failure;
	if (style->exec_failure && (status == EXIT_NOT_FOUND || status == EXIT_NOT_EXECUTABLE))
		return style->exec_failure;
	return status;
}
