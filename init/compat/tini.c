/* tini 0.19, and docker-init, which is tini. */
#include "init/compat/compat.h"

#include "init/sys/number.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define VERSION_LINE "tini version 0.19.0"

static const char help[] = "% (" VERSION_LINE " - drop-init " VERSION ")\n"
			   "Usage: % [OPTIONS] PROGRAM -- [ARGS] | --version\n\n"
			   "  -h, -l, --version: Show this, the license, the version.\n"
			   "  -s: Register as a process subreaper.\n"
			   "  -p SIGNAL: Trigger SIGNAL when parent dies.\n"
			   "  -v: More verbose output.  -w: Warn when processes are reaped.\n"
			   "  -g: Signal the child's process group.\n"
			   "  -e EXIT_CODE: Remap EXIT_CODE to 0.\n";

static const struct event_words words[] = {
	{ EVENT_STARTED, MESSAGE_INFO, "Spawned child process '%c' with pid '%p'" },
	{ EVENT_FORWARDED, MESSAGE_DEBUG, "Passing signal: '%s'" },
	{ EVENT_ORPHAN_EXITED, MESSAGE_WARNING, "Reaped zombie process with pid=%p" },
	{ EVENT_ORPHAN_KILLED, MESSAGE_WARNING, "Reaped zombie process with pid=%p" },
	{ EVENT_EXITED, MESSAGE_INFO, "Main child exited normally (with status '%n')" },
	{ EVENT_KILLED, MESSAGE_INFO, "Main child exited with signal (with signal '%s')" },
	{ EVENT_EXEC_FAILED, MESSAGE_ERROR, "exec %c failed: %e" },
	{ EVENT_NO_REAPER, MESSAGE_WARNING,
	  "Tini is not running as PID 1 and isn't registered as a child "
	  "subreaper.\n"
	  "Zombie processes will not be re-parented to Tini, so zombie reaping "
	  "won't work.\n"
	  "To fix the problem, use -s, set TINI_SUBREAPER, or run Tini as PID 1." },
	{ 0 },
};

static void begin(struct plan *plan)
{
	plan->subreaper = false;
	plan->leaves_survivors = true;
	plan->shell_fallback = true;
}

static void finish(struct plan *plan)
{
	const char *verbosity = getenv("TINI_VERBOSITY");
	uint64_t level = 0; /* of what is no number, as atoi(3) has it */

	plan->subreaper |= getenv("TINI_SUBREAPER") != NULL;
	plan->group |= getenv("TINI_KILL_PROCESS_GROUP") != NULL;
	if (!verbosity)
		return;
	(void)number_parse(verbosity, 0, INT_MAX, &level);
	plan->verbosity = (int)level - 1; /* 0 is errors only, and 1 warnings */
}

static const struct option_row rows[] = {
	{ 'h', .apply = compat_print_help }, { .name = "version", .apply = compat_print_version },
	{ 's', .means = "subreaper" },	     { 'p', .means = "parent-death", .value = "SIGNAL" },
	{ 'v', .means = "verbose" },	     { 'w', .means = "warn-on-reap" },
	{ 'g', .means = "group" },	     { 'e', .means = "remap-exit", .value = "EXIT_CODE" },
	{ 'l', .means = "licence" },
};

const struct compat compat_tini = {
	.names = { "tini", "docker-init" },
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(*rows),
	.words = words,
	.style = { .before = { "[FATAL tini (", "[WARN  tini (", "[INFO  tini (", "[DEBUG tini (" },
		   .after = ")] ",
		   .own_failure = 1 },
	.text_fd = STDOUT_FILENO,
	.version = VERSION_LINE "\n", /* dockerd reads it */
	.help = help,
	.usage = help,
	.usage_after_mistake = help,
	.begin = begin,
	.finish = finish,
};
