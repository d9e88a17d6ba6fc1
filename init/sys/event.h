/* event.h: what an init says of its work, in its own words or in those of the one it stands in for.
 *
 * The words are a table of templates, so that no other part has to know who is speaking. In a
 * template %c is the command's or the process's name, %p its pid, %n a number (of a signal, or an
 * exit status), %x that number and 128, %s the signal's name and %e the errno's text; each line
 * of it becomes a message of its own. */
#ifndef EVENT_H
#define EVENT_H

#include "init/sys/message.h"

#include <stdint.h>

enum event {
	EVENT_STARTED,	     /* name, pid */
	EVENT_RECEIVED,	     /* number */
	EVENT_FORWARDED,     /* number */
	EVENT_NOT_FORWARDED, /* number: a rewrite says so */
	EVENT_ORPHAN_EXITED, /* name, pid, number */
	EVENT_ORPHAN_KILLED, /* the same */
	EVENT_EXITED,	     /* name, pid, number: the command */
	EVENT_KILLED,	     /* the same */
	EVENT_LEFT,	     /* name: of all that it left behind, which is now asked to end */
	EVENT_EXEC_FAILED,   /* name, number (an errno) */
	EVENT_NO_REAPER,     /* not PID 1, and not a subreaper either */
	EVENT_SESSION_MADE,  /* plan->session */
	EVENT_HANDED_OFF, /* number: a signal that only says that the terminal is no longer ours */
};

/* A row of the table; the last one has no text. Of an event without a row nothing is said. */
struct event_words {
	uint8_t event; /* enum event */
	int8_t level;  /* enum message_level */
	const char *text;
};

struct event_facts {
	const char *name;
	int pid, number;
};

/* From now on speak in these words (static). */
void event_speak(const struct event_words *words);

void event_tell(enum event event, struct event_facts facts);

/* Say why we end, in the termination log too (/dev/termination-log), and return the exit status
 * that stands for it. */
int event_say_failure(const struct failure *failure);

#endif
