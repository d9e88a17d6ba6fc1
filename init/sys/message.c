#include "init/sys/message.h"

#include "init/sys/number.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
static int diverted = -1; /* where to say all of it instead; -1: nowhere */

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

void message_divert(int fd)
{
	message_configure(MESSAGE_ERROR, false);
	diverted = fd;
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

static void line_begin(struct line *line, enum message_level level)
{
	char digits[21];

	line_add(line, style->before[level - MESSAGE_ERROR]);
	if (style->after) {
		line_add(line, number_format((uint64_t)getpid(), digits));
		line_add(line, style->after);
	}
}

/* How many bytes the UTF-8 character has that text begins with; 0: it is none. RFC 3629, 4 */
static size_t character_size(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	const size_t size = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	const unsigned lowest = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
	const unsigned highest = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;

	if (size > 1 && (at[0] < 0xc2 || at[0] > 0xf4 || at[1] < lowest || at[1] > highest))
		return 0;
	for (size_t i = 2; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
}

/* Add text so that it stays one line, and one JSON string where that is wanted: which is UTF-8,
 * whatever bytes a name or a path is made of. */
static void line_add_escaped(struct line *line, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t size;

	for (; *text; text += size) {
		unsigned char c = (unsigned char)*text;
		char escaped[8] = "";

		size = as_json ? character_size(text) : 1;
		memcpy(escaped, text, size);
		if (!size)
			snprintf(escaped, sizeof(escaped), "\\\\x%c%c", hex[c >> 4], hex[c & 15]);
		size = size ? size : 1;
		if (c == '\n' || c == '\t')
			memcpy(escaped, c == '\n' ? "\\n" : "\\t", 3);
		else if (c < 0x20 || c == 0x7f)
			snprintf(escaped, sizeof(escaped), as_json ? "\\u00%c%c" : "\\x%c%c",
				 hex[c >> 4], hex[c & 15]);
		else if (as_json && (c == '"' || c == '\\'))
			memcpy(escaped, (char[]){ '\\', (char)c, '\0' }, 3);
		if (line->length + strlen(escaped) + 8 > sizeof(line->text))
			return; /* a cut line still gets its closing bracket */
		line_add(line, escaped);
	}
}

static void line_format(struct line *line, enum message_level level, const char *format,
			va_list arguments)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	char text[LINE_MAX_BYTES];

	vsnprintf(text, sizeof(text), format, arguments);
	line->length = 0;
	if (as_json) {
		line_add(line, "{\"program\":\"drop-init\",\"level\":\"");
		line_add(line, names[level - MESSAGE_ERROR]);
		line_add(line, "\",\"message\":\"");
	} else if (diverted < 0) {
		line_begin(line, level);
	}
	line_add_escaped(line, text);
	if (as_json)
		line_add(line, "\"}");
	line->text[line->length++] = '\n';
}

/* Whoever reads it may have stopped: a line is rather lost than PID 1 kept from its work. Where a
 * pipe can be written to there is room for PIPE_BUF bytes, and no line is longer. pipe(7) */
static bool has_room(int fd)
{
	struct pollfd place = { .fd = fd, .events = POLLOUT };

	return poll(&place, 1, ROOM_WAIT_MS) != 0;
}

static void write_whole(int fd, const struct line *line)
{
	ssize_t done;

	if (!has_room(fd))
		return;
	do
		done = write(fd, line->text, line->length);
	while (done < 0 && errno == EINTR);
	/* Nobody is left to tell that standard error cannot be written. */
}

/* Kubernetes shows the content of this file as the reason why a container ended. */
static void write_termination_log(const struct line *line)
{
	int fd;

	if (diverted >= 0)
		return;
	fd = open("/dev/termination-log", O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
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
	write_whole(diverted < 0 ? STDERR_FILENO : diverted, &line);
}

void message_last(enum message_level level, const char *format, ...)
{
	struct line line;
	va_list arguments;

	va_start(arguments, format);
	line_format(&line, level, format, arguments);
	va_end(arguments);
	if (message_wanted(level))
		write_whole(diverted < 0 ? STDERR_FILENO : diverted, &line);
	write_termination_log(&line);
}

void die_with(int status, const char *format, ...)
{
	struct line line;
	va_list arguments;

	va_start(arguments, format);
	line_format(&line, MESSAGE_ERROR, format, arguments);
	va_end(arguments);
	write_whole(diverted < 0 ? STDERR_FILENO : diverted, &line);
	write_termination_log(&line);
	if (status == EXIT_OWN_FAILURE)
		_exit(style->own_failure);
	_exit(style->exec_failure ? style->exec_failure : status);
}
