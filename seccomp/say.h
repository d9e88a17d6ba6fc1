/* say.h: what drop-seccomp says on standard error: one line a message, control characters escaped.
 */
#ifndef SAY_H
#define SAY_H

#include "seccomp/findings.h"

/* "drop-seccomp: " and the message. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Every finding, each under the name of the file that it is about. */
void say_findings(const char *file, const struct findings *findings);

#endif
