/* dumb-init 1.2.5. */
#include "init/compat/compat.h"

#include "init/sys/number.h"
#include "init/sys/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAST_SIGNAL 31 /* all that it knows: the real-time ones are forwarded as they are */

static const char version[] = "dumb-init v1.2.5\n";

static const char help[] =
	"dumb-init v1.2.5\n"
	"Usage: % [option] command [[arg] ...]\n\n"
	"dumb-init is a simple process supervisor that forwards signals to children.\n"
	"It is designed to run as PID1 in minimal container environments.\n\n"
	"Optional arguments:\n"
	"   -c, --single-child   Run in single-child mode.\n"
	"                        In this mode, signals are only proxied to the\n"
	"                        direct child and not any of its descendants.\n"
	"   -r, --rewrite s:r    Rewrite received signal s to new signal r before proxying.\n"
	"                        To ignore (not proxy) a signal, rewrite it to 0.\n"
	"                        This option can be specified multiple times.\n"
	"   -v, --verbose        Print debugging information to stderr.\n"
	"   -h, --help           Print this help message and exit.\n"
	"   -V, --version        Print the current version and exit.\n\n"
	"Full help is available online at https://github.com/Yelp/dumb-init\n";

static const char rewrite_usage[] =
	"Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.\n"
	"This option can be specified multiple times.\n"
	"Use --help for full usage.\n";

static const struct event_words words[] = {
	{ EVENT_STARTED, MESSAGE_DEBUG, "Child spawned with PID %p." },
	{ EVENT_RECEIVED, MESSAGE_DEBUG, "Received signal %n." },
	{ EVENT_FORWARDED, MESSAGE_DEBUG, "Forwarded signal %n to children." },
	{ EVENT_NOT_FORWARDED, MESSAGE_DEBUG, "Not forwarding signal %n to children (ignored)." },
	{ EVENT_ORPHAN_EXITED, MESSAGE_DEBUG, "A child with PID %p exited with exit status %n." },
	{ EVENT_ORPHAN_KILLED, MESSAGE_DEBUG, "A child with PID %p was terminated by signal %n." },
	{ EVENT_EXITED, MESSAGE_DEBUG,
	  "Received signal 17.\nA child with PID %p exited with exit status %n.\n"
	  "Forwarded signal 15 to children.\nChild exited with status %n. Goodbye." },
	{ EVENT_KILLED, MESSAGE_DEBUG,
	  "Received signal 17.\nA child with PID %p was terminated by signal %n.\n"
	  "Forwarded signal 15 to children.\nChild exited with status %x. Goodbye." },
	{ EVENT_EXEC_FAILED, MESSAGE_ERROR, "%c: %e" },
	{ EVENT_SESSION_MADE, MESSAGE_DEBUG, "setsid complete." },
	{ EVENT_HANDED_OFF, MESSAGE_DEBUG, "Ignoring tty hand-off signal %n." },
	{ 0 },
};

static void begin(struct plan *plan)
{
	plan->session = true;
	plan->leaves_first = true;
	plan->suspends = true;
	plan->leaves_survivors = true;
	plan->shell_fallback = true;
}

static const char *set_single_child(struct plan *plan, const char *value)
{
	(void)value;
	plan->session = false;
	return NULL;
}

static const char *set_verbose(struct plan *plan, const char *value)
{
	(void)value;
	plan->verbosity = MESSAGE_DEBUG;
	return NULL;
}

static const char *add_rewrite(struct plan *plan, const char *value)
{
	const char *colon = strchr(value, ':');
	const char *from_text = text_format("%.*s", colon ? (int)(colon - value) : 0, value);
	uint64_t from, to;

	if (!colon || !number_parse(from_text, 1, LAST_SIGNAL, &from) ||
	    !number_parse(colon + 1, 0, LAST_SIGNAL, &to))
		return rewrite_usage;
	plan->rewrite[from] = (uint8_t)to;
	return NULL;
}

static bool is_set_to(const char *variable, const char *value)
{
	const char *found = getenv(variable);

	return found && !strcmp(found, value);
}

static void finish(struct plan *plan)
{
	static const uint8_t stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };

	if (is_set_to("DUMB_INIT_DEBUG", "1"))
		plan->verbosity = MESSAGE_DEBUG;
	if (is_set_to("DUMB_INIT_SETSID", "0"))
		plan->session = false;
	plan->warn_on_reap |= plan->verbosity >= MESSAGE_DEBUG; /* a line for each child */
	plan->group |= plan->session;
	/* A session that its terminal does not know ignores these, so what it can be is stopped. */
	for (size_t i = 0; plan->session && i < sizeof(stops); i++) {
		if (plan->rewrite[stops[i]] == stops[i])
			plan->rewrite[stops[i]] = SIGSTOP;
	}
}

static const struct option_row rows[] = {
	{ 'c', .name = "single-child", .apply = set_single_child },
	{ 'r', .name = "rewrite", .value = "s:r", .apply = add_rewrite },
	{ 'v', .name = "verbose", .apply = set_verbose },
	{ 'h', .name = "help", .apply = compat_print_help },
	{ 'V', .name = "version", .apply = compat_print_version },
};

const struct compat compat_dumb_init = {
	.names = { "dumb-init" },
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(*rows),
	.words = words,
	.style = { .before = { "[dumb-init] ", "[dumb-init] ", "[dumb-init] ", "[dumb-init] " },
		   .own_failure = 1 },
	.text_fd = STDERR_FILENO,
	.version = version,
	.help = help,
	.usage = "Usage: % [option] program [args]\nTry % --help for full usage.\n",
	.begin = begin,
	.finish = finish,
};
