/* failure.h: why something cannot be done, as a value. Whoever finds out returns it; main alone
 * says it and ends the process.
 *
 * A function that can fail in words returns NULL where it did not. Below that a plain -errno will
 * do: whoever knows what the user typed makes a failure of it. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>
#include <stddef.h>

#define EXIT_OWN_FAILURE    125 /* ours, usage included */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND	    127

struct failure {
	int status;	    /* to exit with: EXIT_*, or 128+N where signal N ended the run */
	int error;	    /* an errno; 0: the words say it all */
	const char *typed;  /* "--listen 80", as the user typed it; NULL: nothing of his */
	const char *tried;  /* "cannot bind 0.0.0.0:80" */
	const char *advice; /* "start as root, or add NET_BIND_SERVICE"; NULL: none */
	bool verbatim;	    /* tried is all of it, as another program would have written it */
};

/* A failure with this exit status. What is passed must live on, but for what the format prints: a
 * failure is made once, at the end of a run, and never given back. Without memory it is one that
 * says so. */
const struct failure *failure_with_status(int status, const char *typed, int error,
					  const char *advice, const char *format, ...)
	__attribute__((format(printf, 5, 6), returns_nonnull));

/* One of ours: TYPED, ERROR, ADVICE, FORMAT and what it prints. */
#define failure_new(...) failure_with_status(EXIT_OWN_FAILURE, __VA_ARGS__)

/* Text that is written as it is. */
const struct failure *failure_verbatim(int status, const char *text)
	__attribute__((returns_nonnull));

const struct failure *failure_of_memory(void) __attribute__((returns_nonnull));

/* "TYPED: TRIED: REASON (ADVICE)", cut to size. Returns text. */
char *failure_format(const struct failure *failure, char *text, size_t size);

#endif
