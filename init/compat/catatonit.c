/* catatonit 0.2. */
#include "init/compat/compat.h"

#include "init/sys/message.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define USAGE "usage: catatonit [-ghLPV] [--] <progname> [<arguments>...]\n"

static const char help[] = USAGE "  -g  signal the process group   -P  pause   -h, -L, -V  print\n";

static const struct event_words words[] = {
	{ EVENT_STARTED, MESSAGE_DEBUG, "pid1 (%p) spawned: %c" },
	{ EVENT_ORPHAN_EXITED, MESSAGE_DEBUG, "child process %p exited with code %n" },
	{ EVENT_ORPHAN_KILLED, MESSAGE_DEBUG, "child process %p exited due to signal %n" },
	{ EVENT_EXEC_FAILED, MESSAGE_ERROR, "failed to exec pid1: %c: %e" },
	{ 0 },
};

static const char *set_pause(struct plan *plan, const char *value)
{
	(void)value;
	plan->pause = true;
	return NULL;
}

void compat_pause(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	sigset_t ends;

	(void)sigaction(SIGCHLD, &ignored,
			NULL); /* the kernel reaps; no failure for a valid signal */
	if (getpid() != 1)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* it pauses all the same */
	/* Podman unmounts what it was started in. */
	if (chdir("/"))
		message(MESSAGE_DEBUG, "the working folder's mount stays busy: %s",
			strerror(errno));
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	while (sigwaitinfo(&ends, NULL) < 0)
		; /* stopped, and continued */
}

static void begin(struct plan *plan)
{
	plan->leaves_survivors = true;
	plan->shell_fallback = true;
	if (!getenv("CATATONIT_DEBUG"))
		return;
	plan->verbosity = MESSAGE_DEBUG;
	plan->warn_on_reap = true; /* a line for each child, at that verbosity */
}

static const struct option_row rows[] = {
	{ 'g', .means = "group" },
	{ 'h', .apply = compat_print_help },
	{ 'L', .means = "licence" },
	{ 'P', .apply = set_pause },
	{ 'V', .name = "version", .apply = compat_print_version },
};

const struct compat compat_catatonit = {
	.names = { "catatonit" },
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(*rows),
	.words = words,
	.style = { .before = { "ERROR (catatonit:", "WARN (catatonit:", "INFO (catatonit:",
			       "DEBUG (catatonit:" },
		   .after = "): ",
		   .own_failure = 1 },
	.text_fd = STDOUT_FILENO,
	.version = "tini version 0.2.1_catatonit\n", /* its own words: dockerd only knows tini */
	.help = help,
	.usage = "catatonit: missing program name\n" USAGE,
	.usage_after_mistake = USAGE,
	.begin = begin,
};
