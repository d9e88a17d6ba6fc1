/* event.h: what an init says of its work, in its own words or in those of the one it stands in for.
 *
 * The words are a table of templates, so that no other part has to know who is speaking. In a
 * template %c is the command's or the process's name, %p its pid, %n a number (of a signal, or an
 * exit status) and %s the signal's name; each line of it becomes a message of its own. */
#ifndef EVENT_H
#define EVENT_H

#include "init/message.h"

enum event {
	EVENT_STARTED,	     /* name, pid */
	EVENT_RECEIVED,	     /* number */
	EVENT_FORWARDED,     /* number */
	EVENT_NOT_FORWARDED, /* number: a rewrite says so */
	EVENT_ORPHAN_EXITED, /* name, pid, number */
	EVENT_ORPHAN_KILLED, /* the same */
	EVENT_EXITED,	     /* name, pid, number: the command */
	EVENT_KILLED,	     /* the same */
	EVENT_NO_REAPER,     /* not PID 1, and not a subreaper either */
	EVENT_SESSION_MADE,
	EVENT_HANDED_OFF, /* number: a signal that only says that the terminal is no longer ours */
	EVENT_COUNT
};

struct event_words {
	enum message_level level;
	const char *text; /* NULL: nothing is said */
};

struct event_facts {
	const char *name;
	int pid, number;
};

/* From now on speak in these words (EVENT_COUNT of them, static). */
void event_speak(const struct event_words *words);

void event_tell(enum event event, struct event_facts facts);

#endif
