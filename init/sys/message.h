/* message.h: what drop-init says: one line a message, one write(2), always to standard error.
 *
 * Control characters in a finished message are escaped in one place, so text that a user typed can
 * be put in with a plain '%s' (in single quotes) and never breaks the line or the JSON.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "init/sys/failure.h"

#include <stdbool.h>

enum message_level { MESSAGE_ERROR = -1, MESSAGE_WARNING = 0, MESSAGE_INFO = 1, MESSAGE_DEBUG = 2 };

/* How messages begin, and what failures end with: our own manner, or that of the program that we
 * stand in for. */
struct message_style {
	const char *before[4]; /* for errors, warnings, infos and debug messages */
	const char *after;     /* NULL; else our pid comes between the two */
	int own_failure;       /* the exit status of a failure of ours */
	int exec_failure;      /* of a command that cannot be executed; 0: 127 or 126, as ever */
};

/* From now on speak in this style (static). */
void message_speak(const struct message_style *style);

/* From now on say what is at or below this verbosity, as text or as one JSON object a line. */
void message_configure(int verbosity, bool json);

/* From now on each line says which helper it is about (static, of letters and digits). */
void message_name_helper(const char *name);

/* From now on, where standard error is a terminal, go there by a description of our own that never
 * waits: whoever reads it may have stopped. Its descriptor, close-on-exec, or -1: standard error.
 */
int message_open_terminal(void);

/* Would a message of this level be printed? For work that only serves a message. */
bool message_wanted(enum message_level level);

void message(enum message_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, and write it to /dev/termination-log where that exists, whatever the verbosity: it says
 * why the container ended. */
void message_last(enum message_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* From now on that file is left alone: it is not we that end the container. */
void message_leave_log(void);

/* An error that was said already, of this helper, is why the container ends. */
void message_log_helper(const char *name, const char *text);

/* What the program that we stand in for ends with, in place of this exit status of ours. */
int message_exit_status(int status);

#endif
