#include "seccomp/profile/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void findings_add(struct findings *findings, enum finding_level level, const char *place,
		  const char *format, ...)
{
	struct finding finding = { .level = level };
	struct finding *list;
	va_list arguments;
	int length;

	if (findings->counts[level]++ >= FINDINGS_MAX) {
		findings->dropped++;
		return;
	}
	list = realloc(findings->list, (findings->count + 1) * sizeof(*list));
	if (!list)
		return;
	findings->list = list;
	va_start(arguments, format);
	length = vasprintf(&finding.text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	finding.place = strdup(place);
	if (!finding.place) {
		free(finding.text);
		return;
	}
	list[findings->count++] = finding;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].place);
		free(findings->list[i].text);
	}
	free(findings->list);
	*findings = (struct findings){ 0 };
}
