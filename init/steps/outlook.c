#include "init/steps/outlook.h"

#include "init/sys/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void line_add(struct outlook *outlook, bool ok, const char *text)
{
	struct outlook_line *grown =
		reallocarray(outlook->lines, outlook->line_count + 1, sizeof(*outlook->lines));

	if (!grown)
		abort(); /* a check that cannot say what it found must not look like a yes */
	outlook->lines = grown;
	grown[outlook->line_count++] = (struct outlook_line){ ok, outlook->step, text };
}

void outlook_say(struct outlook *outlook, bool ok, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort(); /* as above */
	va_end(arguments);
	line_add(outlook, ok, text);
}

void outlook_refuse(struct outlook *outlook, const char *about, const struct failure *failure)
{
	const char *advice = failure->advice ? text_format(" (%s)", failure->advice) : "";

	outlook_say(outlook, false, "%s%s%s%s", about, *about ? ": " : "",
		    failure->error ? strerror(failure->error) : failure->tried, advice);
}

void outlook_add_chown(struct outlook *outlook, const struct chown_spec *spec)
{
	const struct chown_spec **grown =
		reallocarray(outlook->chowns, outlook->chown_count + 1, sizeof(*outlook->chowns));

	if (!grown)
		return; /* later steps then know less, and say NO */
	outlook->chowns = grown;
	grown[outlook->chown_count++] = spec;
}

/* Slashes at the end do not count, nor more of them than one. */
static bool paths_agree(const char *a, const char *b)
{
	for (;;) {
		const size_t a_slashes = strspn(a, "/"), b_slashes = strspn(b, "/");

		a += a_slashes;
		b += b_slashes;
		if (!*a || !*b)
			return !*a && !*b;
		if (!a_slashes != !b_slashes || *a++ != *b++)
			return false;
	}
}

const struct chown_spec *outlook_folder_maker(const struct outlook *outlook, const char *path)
{
	for (size_t i = 0; i < outlook->chown_count; i++) {
		if (outlook->chowns[i]->mkdir && paths_agree(outlook->chowns[i]->path, path))
			return outlook->chowns[i];
	}
	return NULL;
}

const struct chown_spec *outlook_chown_of(const struct outlook *outlook, const char *path,
					  uid_t owner)
{
	for (size_t i = 0; i < outlook->chown_count; i++) {
		const struct chown_spec *spec = outlook->chowns[i];
		const size_t length = strlen(spec->path);

		if (spec->owner.uid == owner && !strncmp(spec->path, path, length) &&
		    (!path[length] || path[length] == '/'))
			return spec;
	}
	return NULL;
}
