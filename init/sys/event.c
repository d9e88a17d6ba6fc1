#include "init/sys/event.h"

#include "init/sys/number.h"
#include "init/sys/signals.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE 4096

static const struct event_words own_words[] = {
	{ EVENT_STARTED, MESSAGE_DEBUG, "%c is process %p" },
	{ EVENT_FORWARDED, MESSAGE_DEBUG, "forwarded %s" },
	{ EVENT_ORPHAN_EXITED, MESSAGE_WARNING, "reaped orphan %c[%p]: exit status %n" },
	{ EVENT_ORPHAN_KILLED, MESSAGE_WARNING, "reaped orphan %c[%p]: %s" },
	{ EVENT_EXITED, MESSAGE_DEBUG, "%c ended with exit status %n" },
	{ EVENT_KILLED, MESSAGE_INFO, "%c was ended by %s" },
	{ EVENT_LEFT, MESSAGE_INFO, "ending what is left: %c" },
	{ 0 },
};

/* Whose words to use: set once, by event_speak(), before there is anything to tell. */
static const struct event_words *words = own_words;

void event_speak(const struct event_words *new_words)
{
	words = new_words;
}

static const char *fact(char which, const struct event_facts *facts, char digits[21])
{
	switch (which) {
	case 'c':
		return facts->name ? facts->name : "?";
	case 's':
		return signal_name(facts->number);
	case 'e':
		return strerror(facts->number);
	case 'x':
		return number_format((uint64_t)facts->number + 128, digits);
	case 'p':
		return number_format((uint64_t)facts->pid, digits);
	default:
		return number_format((uint64_t)facts->number, digits);
	}
}

/* Expand one line of a template; returns where the next one begins, or NULL. */
static const char *line_expand(const char *at, const struct event_facts *facts,
			       char line[TEXT_SIZE])
{
	size_t length = 0;

	for (; *at && *at != '\n'; at++) {
		char literal[2] = { *at }, digits[21];
		const char *piece = *at == '%' ? fact(*++at, facts, digits) : literal;
		const size_t size = strnlen(piece, TEXT_SIZE - 1 - length);

		memcpy(line + length, piece, size);
		length += size;
	}
	line[length] = '\0';
	return *at ? at + 1 : NULL;
}

static const struct event_words *words_find(enum event event)
{
	const struct event_words *found = words;

	while (found->text && found->event != event)
		found++;
	return found;
}

void event_tell(enum event event, struct event_facts facts)
{
	const struct event_words *say = words_find(event);
	const char *next = say->text;
	char line[TEXT_SIZE];

	while (next && message_wanted(say->level)) {
		next = line_expand(next, &facts, line);
		message(say->level, "%s", line);
	}
}

int event_say_failure(const struct failure *failure)
{
	const bool unexecuted =
		failure->status == EXIT_NOT_FOUND || failure->status == EXIT_NOT_EXECUTABLE;
	const char *words_of_exec = unexecuted ? words_find(EVENT_EXEC_FAILED)->text : NULL;
	const struct event_facts facts = { failure->typed, 0,
					   failure->error ? failure->error : ENOENT };
	char line[TEXT_SIZE];

	if (failure->verbatim)
		(void)!write(STDERR_FILENO, failure->tried,
			     strlen(failure->tried)); /* the last word */
	else if (words_of_exec) {
		(void)line_expand(words_of_exec, &facts, line); /* nothing follows */
		message_last(MESSAGE_ERROR, "%s", line);
	} else
		message_last(MESSAGE_ERROR, "%s", failure_format(failure, line, sizeof(line)));
	return message_exit_status(failure->status);
}
