/* The options, one row each, and how each value becomes part of the plan. */
#include "build.h"
#include "init/cli/option_values.h"
#include "init/cli/options.h"
#include "init/cli/words.h"
#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/sys/signals.h"
#include "init/sys/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- who ------------------------------------------------------------------------------------ */

static const char *set_umask(struct plan *plan, const char *value)
{
	uint64_t mode;

	if (!number_parse_octal(value, 0777, &mode))
		return "not an octal mode from 0 to 0777";
	plan->umask = (mode_t)mode;
	return NULL;
}

/* --- ports and filter ----------------------------------------------------------------------- */

static const char *set_port_method(struct plan *plan, const char *value)
{
	static const char *const names[] = {
		[PORTS_AUTO] = "auto", [PORTS_BROKER] = "broker", [PORTS_CAPABILITY] = "capability"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(value, names[i])) {
			plan->port_method = (enum port_method)i;
			return NULL;
		}
	}
	return "not a method (auto, broker or capability)";
}

/* --- surroundings --------------------------------------------------------------------------- */

static const char *set_default_command(struct plan *plan, const char *value)
{
	const char *wrong = words_split(plan, value, &plan->default_command);
	const char *first = wrong ? NULL : *plan->default_command;

	if (wrong)
		return wrong;
	if (!first || !*first)
		return "empty";
	if (strchr(first, '=') && !strchr(first, '/'))
		return text_format("'%s' is a variable, and no command (add --env %s)", first,
				   first);
	return NULL;
}

/* --- signals and the end -------------------------------------------------------------------- */

static const char *signal_refuse(const char *name)
{
	return text_format("no signal is called '%s'", name);
}

static const char *add_rewrite(struct plan *plan, const char *value)
{
	const char *colon = strchr(value, ':');
	const char *name = text_format("%.*s", colon ? (int)(colon - value) : 0, value);
	int from, to;

	if (!colon)
		return "not SIGNAL:SIGNAL, as in TERM:QUIT";
	if (!signal_parse(name, false, &from))
		return signal_refuse(name);
	if (!signal_parse(colon + 1, true, &to))
		return signal_refuse(colon + 1);
	if (from == SIGKILL || from == SIGSTOP || from == SIGCHLD)
		return text_format("%s never reaches drop-init as a signal to forward",
				   signal_name(from));
	plan->rewrite[from] = (uint8_t)to;
	return NULL;
}

static const char *set_parent_death(struct plan *plan, const char *value)
{
	return signal_parse(value, false, &plan->parent_death_signal) ? NULL : signal_refuse(value);
}

static const char *add_remap_exit(struct plan *plan, const char *value)
{
	uint64_t code;

	if (!number_parse(value, 0, 255, &code))
		return "not an exit status from 0 to 255";
	plan->remap_exit[code] = true;
	return NULL;
}

static const char *set_stop_signals(struct plan *plan, const char *value)
{
	char *rest = strdup(value);
	signal_mask signals = 0;
	int number, first = 0;

	if (!rest)
		return "out of memory";
	for (char *name; (name = strsep(&rest, ","));) {
		if (!signal_parse(name, false, &number))
			return signal_refuse(name);
		if (number == SIGKILL || number == SIGSTOP || number == SIGCHLD)
			return text_format("%s never reaches drop-init as a signal to act on",
					   signal_name(number));
		signals |= SIGNAL_BIT(number);
		first = first ? first : number;
	}
	plan->stop_signals = signals;
	plan->stop_signal = first;
	return NULL;
}

static const char *seconds_parse(const char *value, unsigned *ret_ms)
{
	return number_parse_seconds(value, ret_ms) ? NULL
						   : "not a number of seconds from 0 to 86400";
}

static const char *set_stop_delay(struct plan *plan, const char *value)
{
	return seconds_parse(value, &plan->stop_delay_ms);
}

static const char *set_stop_timeout(struct plan *plan, const char *value)
{
	return seconds_parse(value, &plan->stop_timeout_ms);
}

/* --- manners -------------------------------------------------------------------------------- */

static const char *speak(const struct plan *plan)
{
	message_configure(plan->verbosity, plan->json);
	return NULL;
}

static const char *set_verbose(struct plan *plan, const char *value)
{
	(void)value;
	plan->verbosity = plan->verbosity < 0 ? 1 : plan->verbosity + 1;
	return speak(plan);
}

static const char *set_quiet(struct plan *plan, const char *value)
{
	(void)value;
	plan->verbosity = -1;
	return speak(plan);
}

static const char *set_log_format(struct plan *plan, const char *value)
{
	const bool json = !strcmp(value, "json");

	if (!json && strcmp(value, "text") != 0)
		return "not a format (text or json)";
	plan->json = json;
	return speak(plan);
}

static const char *set_status(struct plan *plan, const char *value)
{
	(void)value;
	plan->control.asked = true;
	plan->control.status = true;
	return NULL;
}

static const char *set_signal(struct plan *plan, const char *value)
{
	plan->control.asked = true;
	return signal_parse(value, false, &plan->control.signal) ? NULL : signal_refuse(value);
}

static const char *set_restart_helper(struct plan *plan, const char *value)
{
	plan->control.asked = plan->control.restarts = true;
	plan->control.name = value;
	return *value ? NULL : "empty";
}

static const char *print(struct plan *plan, const char *text)
{
	if (!plan->print.text)
		plan->print = (struct print_request){ text, STDOUT_FILENO, EXIT_SUCCESS };
	return NULL;
}

static const char *print_help(struct plan *plan, const char *value)
{
	(void)value;
	return print(plan, options_help());
}

static const char *print_version(struct plan *plan, const char *value)
{
	(void)value;
	return print(plan, "drop-init " VERSION " (" BUILT_FOR ", " COMMIT ")\n");
}

static const char *print_licence(struct plan *plan, const char *value)
{
	extern const char licence_text[]; /* init/filter/builtin.S: the file LICENSE */

	(void)value;
	return print(plan, licence_text);
}

#define AT(field)  offsetof(struct plan, field)
#define LINE	   (OPTION_ON_LINE)
#define FILE_TOO   (OPTION_ON_LINE | OPTION_IN_FILE)
#define LINES_ONLY (OPTION_ON_LINE | OPTION_IN_FILE | OPTION_LINES_ONLY)

/* A row of one line and a row of six look alike to clang-format. */
/* clang-format off */
const struct option_row option_table[] = {
	/* letter, kind, places, where it goes, name, value, help, apply */
	{ 'u', OPTION_ONCE, LINE, AT(user), "user", "USER[:GROUP]", "step down to this user (never 0)" },
	{ 0, OPTION_ONCE, 0, AT(user_from), "user-from", "PATH", "take uid and gid from PATH's owner" },
	{ 0, OPTION_ONCE, LINE, AT(groups), "groups", "LIST", "supplementary groups; none, or keep" },
	{ 0, OPTION_ONCE, FILE_TOO, 0, "umask", "MODE", "file mode creation mask, octal", set_umask },
	{ 0, OPTION_ONCE, FILE_TOO, AT(chdir), "chdir", "PATH", "the command's working folder" },
	{ 0, OPTION_REPEATABLE, FILE_TOO, 0, "env", "NAME=VALUE", "a variable of the command",
	  option_add_environment },
	{ 0, OPTION_REPEATABLE, LINE, 0, "limit", "NAME=SOFT[:HARD][,...]", "resource limits of the command",
	  option_add_limits },
	{ 0, OPTION_ONCE, 0, AT(allow_new_privs), "allow-new-privs", NULL, "leave no_new_privs off (for sudo)" },
	{ 0, OPTION_REPEATABLE, LINE, 0, "listen", "ADDRESS[,KEY[=VALUE]]...",
	  "bind before the drop, pass by LISTEN_FDS", option_add_listen },
	{ 0, OPTION_REPEATABLE, LINE, 0, "allow-port", "PORT[,PORT]...",
	  "let the command bind these low ports", option_add_ports },
	{ 0, OPTION_ONCE, 0, 0, "port-method", "auto|broker|capability", "how --allow-port is done",
	  set_port_method },
	{ 0, OPTION_REPEATABLE, 0, 0, "chown", "PATH[,KEY[=VALUE]]...",
	  "give PATH and all below it to the user", option_add_chown },
	{ 0, OPTION_REPEATABLE, 0, 0, "writable", "PATH", "start only if the user can write there",
	  option_add_writable },
	{ 0, OPTION_ONCE, LINE, AT(seccomp), "seccomp", "PROFILE", "default, strict, none, a filter or JSON profile" },
	{ 0, OPTION_ONCE, 0, AT(record), "record", "FILE", "write the profile that the command needs" },
	{ 0, OPTION_ONCE, 0, 0, "default-command", "WORDS", "what runs where no command is given",
	  set_default_command },
	{ 0, OPTION_REPEATABLE, FILE_TOO, 0, "file-env", "NAME[,NAME]...",
	  "set NAME to what is in the file NAME_FILE", option_add_file_env },
	{ 0, OPTION_ONCE, 0, AT(expand), "expand", NULL, "replace $NAME and ${NAME:-word}" },
	{ 0, OPTION_REPEATABLE, 0, 0, "with", "\"NAME: [OPTION]... COMMAND\"", "a helper beside the command",
	  option_add_with },
	{ 0, OPTION_REPEATABLE, 0, 0, "with-file", "FILE", "helpers, a line each", option_add_with_file },
	{ 0, OPTION_ONCE, LINES_ONLY, AT(helper.once), "once", NULL, "runs to its end before what comes after it" },
	{ 0, OPTION_ONCE, LINES_ONLY, 0, "every", "TIME", "runs each TIME: 30s, 5m, 1h", option_set_every },
	{ 0, OPTION_ONCE, LINES_ONLY, 0, "restart", "always|on-failure|never", "after which ends (always)",
	  option_set_restart },
	{ 0, OPTION_ONCE, LINES_ONLY, AT(helper.optional), "optional", NULL, "giving it up is a message and no more" },
	{ 0, OPTION_ONCE, LINES_ONLY, AT(helper.together), "together", NULL, "stops with the command, not after it" },
	{ 0, OPTION_ONCE, LINES_ONLY, 0, "ready", "notify", "what comes after waits for READY=1",
	  option_set_ready },
	{ 'r', OPTION_REPEATABLE, FILE_TOO, 0, "rewrite", "SIG:SIG",
	  "forward another signal; SIG:0 drops it", add_rewrite },
	{ 'g', OPTION_ONCE, FILE_TOO, AT(group), "group", NULL, "signal the command's whole process group" },
	{ 'p', OPTION_ONCE, 0, 0, "parent-death", "SIGNAL", "signal to get when our parent dies",
	  set_parent_death },
	{ 'e', OPTION_REPEATABLE, 0, 0, "remap-exit", "CODE", "exit 0 when the command exits CODE",
	  add_remap_exit },
	{ 's', OPTION_ONCE, 0, AT(subreaper), "subreaper", NULL, "accepted; automatic when not PID 1" },
	{ 'w', OPTION_ONCE, 0, AT(warn_on_reap), "warn-on-reap", NULL, "a line for each orphan reaped" },
	{ 'v', OPTION_REPEATABLE, 0, 0, "verbose", NULL, "say more", set_verbose },
	{ 'q', OPTION_ONCE, 0, 0, "quiet", NULL, "say errors only", set_quiet },
	{ 'h', OPTION_ACTION, 0, 0, "help", NULL, "print this", print_help },
	{ 0, OPTION_ACTION, 0, 0, "version", NULL, "print the version", print_version },
	{ 'l', OPTION_ACTION, 0, 0, "licence", NULL, "print the licence", print_licence },
	{ 0, OPTION_ONCE, 0, 0, "stop-signal", "SIGNAL[,SIGNAL]...", "which signals ask for the end (TERM)",
	  set_stop_signals },
	{ 0, OPTION_ONCE, 0, 0, "stop-delay", "SECONDS", "hold a stop signal this long first",
	  set_stop_delay },
	{ 0, OPTION_ONCE, FILE_TOO, 0, "stop-timeout", "SECONDS", "grace for what is left behind (5)",
	  set_stop_timeout },
	{ 0, OPTION_ONCE, 0, AT(exec), "exec", NULL, "no init: drop and become the command" },
	{ 0, OPTION_ONCE, 0, AT(check), "check", NULL, "print the plan and whether it can be done" },
	{ 0, OPTION_ACTION, 0, 0, "status", NULL, "how the running PID 1's helpers are", set_status },
	{ 0, OPTION_ACTION, 0, 0, "signal", "SIGNAL NAME", "send to a running helper", set_signal },
	{ 0, OPTION_ACTION, 0, 0, "restart-helper", "NAME", "stop a running helper, and start it again",
	  set_restart_helper },
	{ 0, OPTION_ONCE, 0, 0, "log-format", "text|json", "of our messages on standard error",
	  set_log_format },
	{ 0, OPTION_ONCE, 0, AT(install), "install", "PATH", "copy this binary to PATH" },
};
/* clang-format on */
const size_t option_count = sizeof(option_table) / sizeof(*option_table);
