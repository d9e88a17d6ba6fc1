/* The options, one row each, and how each value becomes part of the plan. */
#include "init/cli/options.h"

#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/cli/option_values.h"
#include "init/cli/output.h"
#include "init/sys/signals.h"
#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more element behind count of them. */
void *option_list_grow(void *list, size_t count, size_t size)
{
	void *grown = reallocarray(list, count + 1, size);

	if (!grown)
		die("out of memory: %s", strerror(errno));
	return grown;
}

static const char *not_empty(const struct typed *typed)
{
	if (!*typed->value)
		options_refuse(typed, "empty");
	return typed->value;
}

/* --- who ------------------------------------------------------------------------------------- */

static void set_user(struct plan *plan, const struct typed *typed)
{
	plan->user = not_empty(typed);
}

static void set_user_from(struct plan *plan, const struct typed *typed)
{
	plan->user_from = not_empty(typed);
}

static void set_groups(struct plan *plan, const struct typed *typed)
{
	plan->groups = not_empty(typed);
}

static void set_umask(struct plan *plan, const struct typed *typed)
{
	uint64_t mode;

	if (!number_parse_octal(typed->value, 0777, &mode))
		options_refuse(typed, "not an octal mode from 0 to 0777");
	plan->umask = (mode_t)mode;
}

static void set_allow_new_privs(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->allow_new_privs = true;
}

/* --- ports and filter ------------------------------------------------------------------------- */

static void set_port_method(struct plan *plan, const struct typed *typed)
{
	static const char *const names[] = {
		[PORTS_AUTO] = "auto", [PORTS_BROKER] = "broker", [PORTS_CAPABILITY] = "capability"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(typed->value, names[i])) {
			plan->port_method = (enum port_method)i;
			return;
		}
	}
	options_refuse(typed, "not a method (auto, broker or capability)");
}

static void set_seccomp(struct plan *plan, const struct typed *typed)
{
	plan->seccomp = not_empty(typed);
}

static void set_record(struct plan *plan, const struct typed *typed)
{
	plan->record = not_empty(typed);
}

/* --- signals and the end --------------------------------------------------------------------- */

static void add_rewrite(struct plan *plan, const struct typed *typed)
{
	char from_text[16];
	const char *colon = strchr(typed->value, ':');
	int from, to;

	if (!colon || (size_t)(colon - typed->value) >= sizeof(from_text))
		options_refuse(typed, "not SIGNAL:SIGNAL, as in TERM:QUIT");
	memcpy(from_text, typed->value, (size_t)(colon - typed->value));
	from_text[colon - typed->value] = '\0';
	if (!signal_parse(from_text, false, &from))
		options_refuse(typed, "no signal is called '%s'", from_text);
	if (!signal_parse(colon + 1, true, &to))
		options_refuse(typed, "no signal is called '%s'", colon + 1);
	if (from == SIGKILL || from == SIGSTOP || from == SIGCHLD)
		options_refuse(typed, "%s never reaches drop-init as a signal to forward",
			       signal_name(from));
	plan->rewrite[from] = (uint8_t)to;
}

static void set_group(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->group = true;
}

static void set_parent_death(struct plan *plan, const struct typed *typed)
{
	if (!signal_parse(typed->value, false, &plan->parent_death_signal))
		options_refuse(typed, "no signal is called '%s'", typed->value);
}

static void add_remap_exit(struct plan *plan, const struct typed *typed)
{
	uint64_t code;

	if (!number_parse(typed->value, 0, 255, &code))
		options_refuse(typed, "not an exit status from 0 to 255");
	plan->remap_exit[code] = true;
}

static void set_subreaper(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->subreaper = true;
}

static void set_warn_on_reap(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->warn_on_reap = true;
}

static void set_stop_delay(struct plan *plan, const struct typed *typed)
{
	if (!number_parse_seconds(typed->value, &plan->stop_delay_ms))
		options_refuse(typed, "not a number of seconds from 0 to 86400");
}

static void set_stop_timeout(struct plan *plan, const struct typed *typed)
{
	if (!number_parse_seconds(typed->value, &plan->stop_timeout_ms))
		options_refuse(typed, "not a number of seconds from 0 to 86400");
}

/* --- manners --------------------------------------------------------------------------------- */

static void set_verbose(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->verbosity = plan->verbosity < 0 ? 1 : plan->verbosity + 1;
	message_configure(plan->verbosity, plan->json);
}

static void set_quiet(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->verbosity = -1;
	message_configure(plan->verbosity, plan->json);
}

static void set_log_format(struct plan *plan, const struct typed *typed)
{
	plan->json = !strcmp(typed->value, "json");
	if (!plan->json && strcmp(typed->value, "text") != 0)
		options_refuse(typed, "not a format (text or json)");
	message_configure(plan->verbosity, plan->json);
}

static void set_exec(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->exec = true;
}

static void set_check(struct plan *plan, const struct typed *typed)
{
	(void)typed;
	plan->check = true;
}

static void set_install(struct plan *plan, const struct typed *typed)
{
	plan->install = not_empty(typed);
}

static void print_help(struct plan *plan, const struct typed *typed)
{
	(void)plan, (void)typed;
	options_print_help();
	exit(EXIT_SUCCESS);
}

static void print_version(struct plan *plan, const struct typed *typed)
{
	(void)plan, (void)typed;
	output_write("drop-init " VERSION " (" BUILT_FOR ", " COMMIT ")\n");
	exit(EXIT_SUCCESS);
}

static void print_licence(struct plan *plan, const struct typed *typed)
{
	extern const char licence_text[]; /* init/filter/builtin.S: the file LICENSE */

	(void)plan, (void)typed;
	output_write(licence_text);
	exit(EXIT_SUCCESS);
}

/* clang-format knows a row of one line and a row of six. */
/* clang-format off */
const struct option_row option_table[] = {
	{ 'u', ONCE, "user", "USER[:GROUP]", set_user, { "step down to this user (never 0)" } },
	{ 0, ONCE, "user-from", "PATH", set_user_from, { "take uid and gid from PATH's owner" } },
	{ 0, ONCE, "groups", "LIST", set_groups, { "supplementary groups, or none" } },
	{ 0, ONCE, "umask", "MODE", set_umask, { "file mode creation mask, octal" } },
	{ 0, ONCE, "allow-new-privs", NULL, set_allow_new_privs,
	  { "leave no_new_privs off (for sudo)" } },
	{ 0, REPEATABLE, "listen", "ADDRESS[,KEY[=VALUE]]...", option_add_listen,
	  { "bind before the drop, pass by LISTEN_FDS" } },
	{ 0, REPEATABLE, "allow-port", "PORT[,PORT]...", option_add_ports,
	  { "let the command bind these low ports" } },
	{ 0, ONCE, "port-method", "auto|broker|capability", set_port_method,
	  { "how --allow-port is done" } },
	{ 0, REPEATABLE, "chown", "PATH[,KEY[=VALUE]]...", option_add_chown,
	  { "give PATH and all below it to the user" } },
	{ 0, REPEATABLE, "writable", "PATH", option_add_writable,
	  { "start only if the user can write there" } },
	{ 0, ONCE, "seccomp", "PROFILE", set_seccomp,
	  { "default, none, a filter, or a JSON profile" } },
	{ 0, ONCE, "record", "FILE", set_record, { "write the profile that the command needs" } },
	{ 'r', REPEATABLE, "rewrite", "SIG:SIG", add_rewrite,
	  { "forward another signal; SIG:0 drops it" } },
	{ 'g', ONCE, "group", NULL, set_group, { "signal the command's whole process group" } },
	{ 'p', ONCE, "parent-death", "SIGNAL", set_parent_death,
	  { "signal to get when our parent dies" } },
	{ 'e', REPEATABLE, "remap-exit", "CODE", add_remap_exit,
	  { "exit 0 when the command exits CODE" } },
	{ 's', ONCE, "subreaper", NULL, set_subreaper, { "accepted; automatic when not PID 1" } },
	{ 'w', ONCE, "warn-on-reap", NULL, set_warn_on_reap, { "a line for each orphan reaped" } },
	{ 'v', REPEATABLE, "verbose", NULL, set_verbose, { "say more" } },
	{ 'q', ONCE, "quiet", NULL, set_quiet, { "say errors only" } },
	{ 'h', ACTION, "help", NULL, print_help, { "print this" } },
	{ 0, ACTION, "version", NULL, print_version, { "print the version" } },
	{ 'l', ACTION, "licence", NULL, print_licence, { "print the licence" } },
	{ 0, ONCE, "stop-delay", "SECONDS", set_stop_delay, { "hold a TERM this long first" } },
	{ 0, ONCE, "stop-timeout", "SECONDS", set_stop_timeout,
	  { "grace for what is left behind (5)" } },
	{ 0, ONCE, "exec", NULL, set_exec, { "no init: drop and become the command" } },
	{ 0, ONCE, "check", NULL, set_check, { "print the plan and whether it can be done" } },
	{ 0, ONCE, "log-format", "text|json", set_log_format,
	  { "of our messages on standard error" } },
	{ 0, ONCE, "install", "PATH", set_install, { "copy this binary to PATH" } },
};
/* clang-format on */
const size_t option_count = sizeof(option_table) / sizeof(*option_table);
