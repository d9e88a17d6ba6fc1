#include "init/sys/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TYPED 1000 /* bytes: what is wrong with it comes after it */

const struct failure *failure_of_memory(void)
{
	static const struct failure failure = { .status = EXIT_OWN_FAILURE,
						.error = ENOMEM,
						.tried = "cannot have memory" };

	return &failure;
}

const struct failure *failure_with_status(int status, const char *typed, int error,
					  const char *advice, const char *format, ...)
{
	struct failure *made = malloc(sizeof(*made));
	va_list arguments;
	char *tried;
	int length;

	va_start(arguments, format);
	length = made ? vasprintf(&tried, format, arguments) : -1;
	va_end(arguments);
	if (length < 0) {
		free(made);
		return failure_of_memory();
	}
	*made = (struct failure){ status, error, typed, tried, advice, false };
	return made;
}

const struct failure *failure_verbatim(int status, const char *text)
{
	struct failure *made = malloc(sizeof(*made));

	if (!made)
		return failure_of_memory();
	*made = (struct failure){ .status = status, .tried = text, .verbatim = true };
	return made;
}

char *failure_format(const struct failure *failure, char *text, size_t size)
{
	const bool reason = failure->error;
	const char *typed = failure->typed ? failure->typed : "";
	const bool whole = strlen(typed) <= LONGEST_TYPED;

	snprintf(text, size, "%.*s%s%s%s%s%s%s%s%s", LONGEST_TYPED, typed, whole ? "" : "…",
		 failure->typed ? ": " : "", failure->tried, reason ? ": " : "",
		 reason ? strerror(failure->error) : "", failure->advice ? " (" : "",
		 failure->advice ? failure->advice : "", failure->advice ? ")" : "");
	return text;
}
