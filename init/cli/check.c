#include "init/cli/check.h"

#include "init/cli/output.h"
#include "init/sys/escape.h"

#include <stdio.h>
#include <stdlib.h>

static void line_print(FILE *out, const struct outlook_line *line, bool json)
{
	char *text = escape_text(line->text, json);

	if (!text)
		abort(); /* a check that cannot say what it found must not look like a yes */
	if (json)
		(void)fprintf(out, "{%s%s%s\"step\":\"%s\",\"ok\":%s,\"text\":\"%s\"}\n",
			      line->helper ? "\"helper\":\"" : "", line->helper ? line->helper : "",
			      line->helper ? "\"," : "", line->step, line->ok ? "true" : "false",
			      text);
	else
		(void)fprintf(out, "%-4s%-11s %s%s%s\n", line->ok ? "ok" : "NO", line->step,
			      line->helper ? line->helper : "", line->helper ? ": " : "", text);
	free(text);
}

const struct failure *check_print(struct run *run, int *ret_status)
{
	struct outlook outlook = { .step = NULL };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size); /* fclose(3) tells of a failure */

	*ret_status = EXIT_SUCCESS;
	for (const struct step *step = run->steps; step->name; step++) {
		outlook.step = step->name;
		if (step->check)
			step->check(run, &outlook);
	}
	if (!out)
		return failure_of_memory();
	for (size_t i = 0; i < outlook.line_count; i++) {
		line_print(out, &outlook.lines[i], run->plan->json);
		if (!outlook.lines[i].ok)
			*ret_status = EXIT_OWN_FAILURE;
	}
	return fclose(out) ? failure_of_memory() : output_write(1, text);
}
