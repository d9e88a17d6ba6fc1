/* findings.h: what is wrong or odd in a profile, each with its place, collected for whoever prints.
 *
 * Nothing here prints. A finding that there is no memory for is still counted, so that an error is
 * never lost; only its text is.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <stddef.h>

enum finding_level {
	FINDING_ERROR,	 /* the profile cannot be used */
	FINDING_UNKNOWN, /* a syscall's name that nobody knows: an error with --strict */
	FINDING_WARNING, /* it can be used, but does not do what it seems to */
	FINDING_LEVELS,
};

struct finding {
	enum finding_level level;
	char *place; /* syscalls[3].args[0].op, or "" for the whole file; owned */
	char *text;  /* owned */
};

struct findings {
	struct finding *list;
	size_t count;		       /* in list */
	size_t counts[FINDING_LEVELS]; /* of each level, whether it could be kept or not */
	size_t dropped;		       /* of them: past the first FINDINGS_MAX of a level */
};

#define FINDINGS_MAX 200

void findings_add(struct findings *findings, enum finding_level level, const char *place,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

void findings_free(struct findings *findings);

#endif
