/* report.h: what drop-seccomp says on standard error: one line a message, control characters
 * escaped.
 */
#ifndef REPORT_H
#define REPORT_H

#include "seccomp/profile/findings.h"

/* "drop-seccomp: " and the message. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Every finding, each under the name of the file that it is about. */
void report_findings(const char *file, const struct findings *findings);

#endif
