#include "seccomp/commands/report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_LENGTH	    2048
#define LINE_ESCAPED_LENGTH 8192 /* \xNN takes four characters */

/* Copy text, with what would move a terminal's cursor as \xNN. Returns what is left of the room. */
static size_t text_escape(const char *text, char *line, size_t room)
{
	size_t used = 0;

	for (; *text && used + 5 < room; text++) {
		if (iscntrl((unsigned char)*text))
			used += (size_t)snprintf(line + used, room - used, "\\x%02x",
						 (unsigned char)*text);
		else
			line[used++] = *text;
	}
	return used;
}

void report(const char *format, ...)
{
	static const char prefix[] = "drop-seccomp: ";
	char text[LINE_MAX_LENGTH], line[sizeof(prefix) + LINE_ESCAPED_LENGTH];
	size_t used = sizeof(prefix) - 1;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(line, sizeof(line), "%s", prefix);
	used += text_escape(text, line + used, sizeof(line) - used - 1);
	line[used++] = '\n';
	(void)!write(STDERR_FILENO, line, used); /* there is nowhere left to complain to */
}

void report_findings(const char *file, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		report("%s: %s%s%s%s", file,
		       finding->level == FINDING_ERROR ? "" : "warning: ", finding->place,
		       finding->place[0] ? ": " : "", finding->text);
	}
	if (findings->dropped)
		report("%s: and %zu more", file, findings->dropped);
	if (findings->counts[FINDING_ERROR] && !findings->count)
		report("%s: out of memory", file);
}
