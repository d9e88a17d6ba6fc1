/* --help: the option table as text. */
#include "init/cli/options.h"

#include "init/sys/text.h"

#include <stdio.h>
#include <string.h>

static void row_print(FILE *out, const struct option_row *row)
{
	const char *name =
		text_format("%s--%s%s%s", row->letter ? text_format("-%c, ", row->letter) : "    ",
			    row->name, row->value ? " " : "", row->value ? row->value : "");

	if (strlen(name) > 28)
		(void)fprintf(out, "  %s\n%32s%s\n", name, "", row->help);
	else
		(void)fprintf(out, "  %-30s%s\n", name, row->help);
}

const char *options_help(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return "out of memory\n";
	(void)fputs(
		"usage: drop-init [OPTION]... [--] COMMAND [ARG]...\n\n"
		"An init for containers that drops root: it binds ports, gives away files, becomes a\n"
		"user without capabilities, loads a seccomp filter, and runs COMMAND as PID 1 should.\n\n",
		out);
	for (size_t i = 0; i < option_count; i++) {
		if (!(option_table[i].places & OPTION_LINES_ONLY))
			row_print(out, &option_table[i]);
	}
	(void)fputs(
		"\nEvery option has a twin in the environment: --user is DROP_INIT_USER; values of\n"
		"repeatable ones are separated by spaces and come first; of the others the command\n"
		"line's counts.\n\n"
		"exit status: the command's own; 128+N when signal N ended it; 127 not found;\n"
		"126 not executable; 125 drop-init's own failure.\n",
		out);
	return fclose(out) ? "out of memory\n" : text;
}
