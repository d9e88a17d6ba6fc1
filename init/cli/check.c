#include "init/cli/check.h"

#include "init/cli/address.h"
#include "init/privileges/capabilities.h"
#include "init/steps/command.h"
#include "init/sys/effect.h"
#include "init/sys/file.h"
#include "init/privileges/user.h"
#include "init/sys/message.h"
#include "init/cli/output.h"
#include "init/chown/ownership.h"
#include "init/privileges/drop.h"
#include "init/unotify/record.h"
#include "init/steps/sockets.h"
#include "init/steps/writable.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_SIZE 1024

/* Text of any length: no user, port or path is ever cut off. */
static char *text_make(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *text_format(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		die("out of memory: %s", strerror(errno));
	return text;
}

static char *text_make(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	return text;
}

/* One line; returns ok, so that the lines add up. */
static bool line(bool ok, const char *step, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool line(bool ok, const char *step, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	for (char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?'; /* a step is one line, whatever a path is called */
	}
	output_write(text_make("%-4s%-11s %s\n", ok ? "ok" : "NO", step, text));
	return ok;
}

static bool never(void)
{
	return false;
}

static bool check_chown(const struct chown_spec *spec)
{
	struct ownership_report report;
	char text[TEXT_SIZE / 2];
	const int result =
		ownership_apply(spec, spec->owner.uid, spec->owner.gid, true, never, &report);

	if (result && !spec->optional)
		return line(
			false, "chown", "%s: %s", spec->path,
			ownership_failure_format(&report, &report.failures[0], text, sizeof(text)));
	if (report.changed && spec->owner.uid != geteuid() && !capabilities_have(CAP_CHOWN))
		return line(spec->optional, "chown",
			    "%s to %u:%u: %s (start as root, or add CHOWN)", spec->path,
			    spec->owner.uid, spec->owner.gid, strerror(EPERM));
	return line(true, "chown", "%s to %u:%u: %s", spec->path, spec->owner.uid, spec->owner.gid,
		    ownership_summary_format(&report, true, text, sizeof(text)));
}

/* Is path, or a folder above it, given to the user first? */
static const struct chown_spec *chown_covering(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->chown_count; i++) {
		const struct chown_spec *spec = &plan->chowns[i];
		const size_t length = strlen(spec->path);

		if (spec->owner.uid == plan->identity.uid && !strncmp(spec->path, path, length) &&
		    (!path[length] || path[length] == '/'))
			return spec;
	}
	return NULL;
}

/* Not even we could bind the same twice. */
static bool is_repeated(const struct plan *plan, const struct listen_spec *spec)
{
	for (const struct listen_spec *s = plan->listens; s < spec; s++) {
		if (s->type == spec->type && s->address_length == spec->address_length &&
		    !memcmp(&s->address, &spec->address, spec->address_length) &&
		    !(s->reuseport && spec->reuseport))
			return true;
	}
	return false;
}

static bool check_listen(const struct plan *plan, const struct listen_spec *spec)
{
	char address[ADDRESS_TEXT_SIZE];
	const int error = is_repeated(plan, spec) ? EADDRINUSE : sockets_try(spec);
	const char *name = spec->name ? spec->name : "unknown";
	const struct chown_spec *covering;

	address_format(spec, address);
	if (!error)
		return line(true, "listen", "%s, passed by LISTEN_FDS as '%s'", address, name);
	covering = spec->address.ss_family == AF_UNIX && error == ENOENT
			   ? chown_covering(plan, address)
			   : NULL;
	if (covering && covering->mkdir)
		return line(true, "listen",
			    "%s, passed by LISTEN_FDS as '%s', once --chown %s is done", address,
			    name, covering->text);
	return line(false, "listen", "%s: %s%s", address, strerror(error),
		    sockets_advice(spec, error));
}

/* --- as the user ------------------------------------------------------------------------------ */

/* What is asked in a process that has stepped down and ends. */
struct question {
	const struct plan *plan;
	const struct port_choice *ports;
	const struct filter *profile;
	const char *command, *writable; /* a path each; NULL: not asked about */
};

static _Noreturn void question_answer(const struct question *q, int answers)
{
	char text[TEXT_SIZE];
	int error;

	message_divert(answers);
	privileges_drop(q->plan, q->ports->keeps, q->profile->program.len);
	error = q->command ? command_try(q->command) : 0;
	if (error)
		message(MESSAGE_ERROR,
			"cannot be run: %s (it and its folders must be open to the user)",
			strerror(error));
	if (q->writable && !writable_check(q->writable, text, sizeof(text)))
		message(MESSAGE_ERROR, "%s", text);
	_exit(EXIT_SUCCESS);
}

/* What stands in the way; empty: nothing does. */
static const char *question_ask(const struct question *q)
{
	static char text[TEXT_SIZE];
	ssize_t length;
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		die("--check: cannot try: %s", strerror(errno));
	pid = effect_fork(0);
	if (pid < 0)
		die("--check: cannot try: %s", strerror(-pid));
	if (!pid)
		question_answer(q, ends[1]);
	(void)close(ends[1]); /* the child's */
	length = file_read_up_to(ends[0], text, sizeof(text) - 1);
	(void)close(ends[0]); /* it was only read */
	(void)waitpid(pid, NULL, 0);
	text[length > 0 ? length : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool check_user(const struct question *q)
{
	const struct identity *identity = &q->plan->identity;
	const char *obstacle = privileges_obstacle(q->plan);
	char name[LOGIN_NAME_MAX + 32], *groups = text_make("%s", "");

	if (!q->plan->drops)
		return line(true, "user", "stays %u:%u: no --user was given", geteuid(), getegid());
	for (size_t i = 0; i < identity->group_count; i++)
		groups = text_make("%s %u", groups, identity->groups[i]);
	identity_format(identity, name, sizeof(name));
	obstacle = obstacle ? obstacle : question_ask(q);
	if (*obstacle)
		return line(false, "user", "%s: %s", name, obstacle);
	return line(true, "user", "%s, groups%s, HOME=%s, no capabilities%s", name,
		    *groups ? groups : " none",
		    identity->home && *identity->home ? identity->home : "/",
		    q->plan->allow_new_privs ? ", new privileges allowed" : ", no_new_privs");
}

static bool check_command(struct question q)
{
	const struct plan *plan = q.plan;
	const char *path, *obstacle = "";

	if (!plan->command[0])
		return line(true, "command", "none given: only the steps are checked");
	if (command_find(plan->command[0], &path))
		return line(false, "command",
			    "%s: not found (install it in the image, or give its path)",
			    plan->command[0]);
	q.command = path;
	/* Where the drop is what fails, that has a line of its own. */
	if (!privileges_obstacle(plan) &&
	    !*question_ask(&(struct question){ plan, q.ports, q.profile, NULL, NULL }))
		obstacle = question_ask(&q);
	if (*obstacle && !chown_covering(plan, path))
		return line(false, "command", "%s: %s", path, obstacle);
	return line(true, "command", "%s, as %s", path,
		    plan->exec ? "this very process (--exec)" : "a child of this init");
}

static bool check_writable(struct question q, const char *path)
{
	const struct chown_spec *covering = chown_covering(q.plan, path);
	const char *obstacle;

	q.writable = path;
	obstacle = question_ask(&q);
	if (!*obstacle)
		return line(true, "writable", "%s: yes", path);
	if (covering)
		return line(true, "writable", "%s: yes, once --chown %s is done", path,
			    covering->text);
	return line(false, "writable", "%s: %s", path, obstacle);
}

/* --- the rest --------------------------------------------------------------------------------- */

static bool check_ports(const struct plan *plan, const struct port_choice *ports)
{
	char *list = text_make("%s", "");

	if (!plan->port_count)
		return true;
	for (size_t i = 0; i < plan->port_count; i++)
		list = text_make("%s%s%s%u", list, i ? "," : "", plan->ports[i].udp ? "udp:" : "",
				 plan->ports[i].number);
	return line(ports->rung != RUNG_MISSING, "allow-port", "%s: %s", list, ports->text);
}

static bool check_filter(const struct filter *profile)
{
	if (!profile->program.len)
		return line(true, "seccomp", "none");
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return line(false, "seccomp",
			    "profile '%s': this kernel has no seccomp (add --seccomp none to go "
			    "without)",
			    profile->name);
	return line(true, "seccomp", "profile '%s', %u instructions", profile->name,
		    profile->program.len);
}

/* Can a file be made here? */
static const char *obstacle_to_creating(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = slash ? text_make("%.*s/", (int)(slash - path), path) : ".";

	return access(folder, W_OK | X_OK) ? strerror(errno) : NULL;
}

static bool check_record(const char *path)
{
	struct stat status;
	const char *wrong = lstat(path, &status) && errno == ENOENT ? obstacle_to_creating(path)
								    : record_check(path);

	return line(!wrong, "record", "%s: %s", path,
		    wrong ? wrong : "the profile that the command needs will be there");
}

static bool check_install(const char *path)
{
	struct stat status;
	const bool folder = !stat(path, &status) && S_ISDIR(status.st_mode);
	const char *wrong = obstacle_to_creating(folder ? text_make("%s/", path) : path);

	return line(!wrong, "install", "%s: %s", path,
		    wrong ? wrong : "this binary will be there, and nothing else be done");
}

int check_print(const struct plan *plan, const struct port_choice *ports,
		const struct filter *profile)
{
	const struct question question = { plan, ports, profile, NULL, NULL };
	bool ok = check_command(question);

	for (size_t i = 0; i < plan->chown_count; i++)
		ok &= check_chown(&plan->chowns[i]);
	for (size_t i = 0; i < plan->listen_count; i++)
		ok &= check_listen(plan, &plan->listens[i]);
	ok &= check_ports(plan, ports);
	ok &= check_user(&question);
	for (size_t i = 0; i < plan->writable_count; i++)
		ok &= check_writable(question, plan->writables[i]);
	if (plan->record)
		ok &= check_record(plan->record);
	if (plan->install)
		ok &= check_install(plan->install);
	ok &= check_filter(profile);
	return ok ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
}
