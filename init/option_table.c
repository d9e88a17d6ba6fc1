/* The options, one row each, and how each value becomes part of the plan. */
#include "init/options.h"

#include "init/address.h"
#include "init/keys.h"
#include "init/message.h"
#include "init/number.h"
#include "init/signals.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more element behind count of them. */
static void *list_grow(void *list, size_t count, size_t size)
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

/* --- keys ------------------------------------------------------------------------------------ */

#define LISTEN_FLAG(key, field)                                                                    \
	static const char *listen_##field(void *spec, const char *value)                           \
	{                                                                                          \
		return key_flag(value, &((struct listen_spec *)spec)->field);                      \
	}
LISTEN_FLAG("reuseport", reuseport)
LISTEN_FLAG("nodelay", nodelay)
LISTEN_FLAG("nonblock", nonblock)
LISTEN_FLAG("keepalive", keepalive)
LISTEN_FLAG("freebind", freebind)

static const char *listen_name(void *spec, const char *value)
{
	if (!value || !*value || strlen(value) > 255)
		return "needs a name of 1 to 255 bytes";
	for (const char *at = value; *at; at++) {
		if (*at == ':' || *at < 0x21 || *at > 0x7e)
			return "a name has printable ASCII characters, no space and no colon";
	}
	((struct listen_spec *)spec)->name = value;
	return NULL;
}

static const char *listen_backlog(void *spec, const char *value)
{
	uint64_t number;

	if (!value || !number_parse(value, 1, INT_MAX, &number))
		return "needs a number from 1";
	((struct listen_spec *)spec)->backlog = (int)number;
	return NULL;
}

static const char *listen_v6only(void *spec, const char *value)
{
	bool on;
	const char *wrong = key_flag(value, &on);

	if (!wrong)
		((struct listen_spec *)spec)->v6only = on;
	return wrong;
}

static const char *listen_defer_accept(void *spec, const char *value)
{
	uint64_t seconds = 1;

	if (value && !number_parse(value, 1, 3600, &seconds))
		return "needs a number of seconds from 1 to 3600";
	((struct listen_spec *)spec)->defer_accept = (int)seconds;
	return NULL;
}

static const char *listen_device(void *spec, const char *value)
{
	if (!value || !*value || strlen(value) >= IF_NAMESIZE)
		return "needs the name of a network interface";
	((struct listen_spec *)spec)->device = value;
	return NULL;
}

static const char *owner_set(struct owner *owner, const char *value)
{
	if (!value || !*value)
		return "needs USER or USER:GROUP";
	owner->text = value;
	return NULL;
}

static const char *mode_set(mode_t *mode, const char *value)
{
	uint64_t number;

	if (!value || !number_parse_octal(value, 07777, &number))
		return "needs an octal mode from 0 to 7777";
	*mode = (mode_t)number;
	return NULL;
}

static const char *listen_owner(void *spec, const char *value)
{
	return owner_set(&((struct listen_spec *)spec)->owner, value);
}

static const char *listen_mode(void *spec, const char *value)
{
	return mode_set(&((struct listen_spec *)spec)->mode, value);
}

static const char *chown_owner(void *spec, const char *value)
{
	return owner_set(&((struct chown_spec *)spec)->owner, value);
}

static const char *chown_mode(void *spec, const char *value)
{
	return mode_set(&((struct chown_spec *)spec)->mode, value);
}

static const char *chown_policy(void *spec, const char *value)
{
	const bool root_mismatch = value && !strcmp(value, "root-mismatch");

	if (!root_mismatch && (!value || strcmp(value, "always") != 0))
		return "needs always or root-mismatch";
	((struct chown_spec *)spec)->root_mismatch = root_mismatch;
	return NULL;
}

static const char *chown_mkdir(void *spec, const char *value)
{
	return key_flag(value, &((struct chown_spec *)spec)->mkdir);
}

static const char *chown_optional(void *spec, const char *value)
{
	return key_flag(value, &((struct chown_spec *)spec)->optional);
}

/* --- sockets, ports and files ---------------------------------------------------------------- */

/* A key that the kind of socket has no use for is a mistake, and not left unsaid. */
static void listen_check(const struct typed *typed, const struct listen_spec *spec)
{
	const bool is_unix = spec->address.ss_family == AF_UNIX;
	const bool is_tcp = !is_unix && spec->type == SOCK_STREAM;

	if (!is_unix && (spec->owner.text || spec->mode != MODE_UNSET))
		options_refuse(typed, "owner and mode are for unix sockets only");
	if (is_unix && (spec->reuseport || spec->freebind || spec->device))
		options_refuse(typed, "reuseport, freebind and device are not for unix sockets");
	if (!is_tcp && (spec->nodelay || spec->keepalive || spec->defer_accept))
		options_refuse(typed, "nodelay, keepalive and defer-accept are for TCP only");
	if (spec->address.ss_family != AF_INET6 && spec->v6only >= 0)
		options_refuse(typed, "v6only is for IPv6 only");
	if (spec->type == SOCK_DGRAM && spec->backlog)
		options_refuse(typed, "backlog is not for UDP");
}

static void add_listen(struct plan *plan, const struct typed *typed)
{
	static const struct key_row rows[] = {
		{ "name", listen_name },	 { "backlog", listen_backlog },
		{ "v6only", listen_v6only },	 { "reuseport", listen_reuseport },
		{ "nodelay", listen_nodelay },	 { "nonblock", listen_nonblock },
		{ "keepalive", listen_keepalive }, { "defer-accept", listen_defer_accept },
		{ "freebind", listen_freebind }, { "device", listen_device },
		{ "owner", listen_owner },	 { "mode", listen_mode },
	};
	struct listen_spec spec = { .text = typed->value, .v6only = -1, .mode = MODE_UNSET };
	const char *address = keys_parse(typed, rows, sizeof(rows) / sizeof(*rows), &spec);
	const char *wrong = address_parse(address, &spec);

	if (wrong)
		options_refuse(typed, "%s", wrong);
	listen_check(typed, &spec);
	plan->listens = list_grow(plan->listens, plan->listen_count, sizeof(spec));
	plan->listens[plan->listen_count++] = spec;
}

static void add_ports(struct plan *plan, const struct typed *typed)
{
	char *rest = strdup(typed->value);

	if (!rest)
		options_refuse(typed, "%s", strerror(errno));
	for (char *text; (text = strsep(&rest, ","));) {
		struct port port;
		const char *wrong = port_parse(text, &port);

		if (wrong)
			options_refuse(typed, "%s", wrong);
		plan->ports = list_grow(plan->ports, plan->port_count, sizeof(port));
		plan->ports[plan->port_count++] = port;
	}
}

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

static void add_chown(struct plan *plan, const struct typed *typed)
{
	static const struct key_row rows[] = {
		{ "owner", chown_owner }, { "policy", chown_policy },	  { "mkdir", chown_mkdir },
		{ "mode", chown_mode },	  { "optional", chown_optional },
	};
	struct chown_spec spec = { .text = typed->value, .mode = MODE_UNSET };

	spec.path = keys_parse(typed, rows, sizeof(rows) / sizeof(*rows), &spec);
	if (spec.path[0] != '/')
		options_refuse(typed, "the path must begin with /");
	plan->chowns = list_grow(plan->chowns, plan->chown_count, sizeof(spec));
	plan->chowns[plan->chown_count++] = spec;
}

static void add_writable(struct plan *plan, const struct typed *typed)
{
	if (typed->value[0] != '/')
		options_refuse(typed, "the path must begin with /");
	plan->writables = list_grow(plan->writables, plan->writable_count, sizeof(typed->value));
	plan->writables[plan->writable_count++] = typed->value;
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

static _Noreturn void print_and_exit(void)
{
	if (fflush(stdout))
		die("cannot write to standard output: %s", strerror(errno));
	exit(EXIT_SUCCESS);
}

static void print_help(struct plan *plan, const struct typed *typed)
{
	(void)plan, (void)typed;
	options_print_help();
	print_and_exit();
}

static void print_version(struct plan *plan, const struct typed *typed)
{
	(void)plan, (void)typed;
	puts("drop-init " VERSION);
	print_and_exit();
}

static void print_licence(struct plan *plan, const struct typed *typed)
{
	extern const char licence_text[]; /* init/builtin.S: the file LICENSE */

	(void)plan, (void)typed;
	fputs(licence_text, stdout);
	print_and_exit();
}

const struct option_row option_table[] = {
	{ 'u', "user", "USER[:GROUP]", ONCE, set_user, "step down to this user (never 0)" },
	{ 0, "user-from", "PATH", ONCE, set_user_from, "take uid and gid from PATH's owner" },
	{ 0, "groups", "LIST", ONCE, set_groups, "supplementary groups, or none" },
	{ 0, "umask", "MODE", ONCE, set_umask, "file mode creation mask, octal" },
	{ 0, "allow-new-privs", NULL, ONCE, set_allow_new_privs, "leave no_new_privs off (for sudo)" },
	{ 0, "listen", "ADDRESS[,KEY[=VALUE]]...", REPEATABLE, add_listen,
	  "bind before the drop, pass by LISTEN_FDS" },
	{ 0, "allow-port", "PORT[,PORT]...", REPEATABLE, add_ports,
	  "let the command bind these low ports" },
	{ 0, "port-method", "auto|broker|capability", ONCE, set_port_method,
	  "how --allow-port is done" },
	{ 0, "chown", "PATH[,KEY[=VALUE]]...", REPEATABLE, add_chown,
	  "give PATH and all below it to the user" },
	{ 0, "writable", "PATH", REPEATABLE, add_writable, "start only if the user can write there" },
	{ 0, "seccomp", "PROFILE", ONCE, set_seccomp, "default, none, a filter, or a JSON profile" },
	{ 0, "record", "FILE", ONCE, set_record, "write the profile that the command needs" },
	{ 'r', "rewrite", "SIG:SIG", REPEATABLE, add_rewrite, "forward another signal; SIG:0 drops it" },
	{ 'g', "group", NULL, ONCE, set_group, "signal the command's whole process group" },
	{ 'p', "parent-death", "SIGNAL", ONCE, set_parent_death, "signal to get when our parent dies" },
	{ 'e', "remap-exit", "CODE", REPEATABLE, add_remap_exit, "exit 0 when the command exits CODE" },
	{ 's', "subreaper", NULL, ONCE, set_subreaper, "accepted; automatic when not PID 1" },
	{ 'w', "warn-on-reap", NULL, ONCE, set_warn_on_reap, "a line for each orphan reaped" },
	{ 'v', "verbose", NULL, REPEATABLE, set_verbose, "say more" },
	{ 'q', "quiet", NULL, ONCE, set_quiet, "say errors only" },
	{ 'h', "help", NULL, ACTION, print_help, "print this" },
	{ 0, "version", NULL, ACTION, print_version, "print the version" },
	{ 'l', "licence", NULL, ACTION, print_licence, "print the licence" },
	{ 0, "stop-delay", "SECONDS", ONCE, set_stop_delay, "hold a TERM this long first" },
	{ 0, "stop-timeout", "SECONDS", ONCE, set_stop_timeout, "grace for what is left behind (5)" },
	{ 0, "exec", NULL, ONCE, set_exec, "no init: drop and become the command" },
	{ 0, "check", NULL, ONCE, set_check, "print the plan and whether it can be done" },
	{ 0, "log-format", "text|json", ONCE, set_log_format, "of our messages on standard error" },
	{ 0, "install", "PATH", ONCE, set_install, "copy this binary to PATH" },
};
const size_t option_count = sizeof(option_table) / sizeof(*option_table);
