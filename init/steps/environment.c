#include "init/steps/environment.h"

#include "init/sys/message.h"
#include "init/cli/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ADDED 6
#define PID_DIGITS 20

struct list {
	char **variables;
	size_t count;
};

static bool is_called(const char *variable, const char *name)
{
	while (*name && *variable == *name) {
		variable++;
		name++;
	}
	return !*name && *variable == '=';
}

static bool is_left_out(const struct plan *plan, const char *variable)
{
	static const char *const listen[] = { "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
					      "LISTEN_PIDFDID" };
	static const char *const user[] = { "HOME", "USER", "LOGNAME" };

	if (plan->becomes)
		return is_called(variable, "HOME");
	if (options_is_twin(variable))
		return true;
	for (size_t i = 0; i < sizeof(listen) / sizeof(*listen); i++) {
		if (is_called(variable, listen[i]))
			return true;
	}
	for (size_t i = 0; plan->drops && i < sizeof(user) / sizeof(*user); i++) {
		if (is_called(variable, user[i]))
			return true;
	}
	return false;
}

static char *list_add(struct list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static char *list_add(struct list *list, const char *format, ...)
{
	va_list arguments;
	char *variable;

	va_start(arguments, format);
	if (vasprintf(&variable, format, arguments) < 0)
		die("out of memory: %s", strerror(errno));
	va_end(arguments);
	list->variables[list->count++] = variable;
	return variable;
}

static void add_home(struct list *list, const struct identity *identity)
{
	list_add(list, "HOME=%s", identity->home && *identity->home ? identity->home : "/");
}

static void add_names(struct list *list, const struct identity *identity)
{
	char number[16];
	const char *name = identity->name;

	if (!name) {
		snprintf(number, sizeof(number), "%u", identity->uid);
		name = number;
	}
	list_add(list, "USER=%s", name);
	list_add(list, "LOGNAME=%s", name);
}

/* LISTEN_FDNAMES as inherited; NULL where it is not one name for each descriptor, for then nobody
 * could tell whose name is whose, ours included. */
static const char *inherited_names_find(int inherited)
{
	const char *names = getenv("LISTEN_FDNAMES");
	int count = 1;

	for (const char *at = names; at && *at; at++)
		count += *at == ':';
	return count == inherited ? names : NULL;
}

/* LISTEN_FDNAMES: what came with the inherited ones, then ours; one name for each descriptor.
 * sd_listen_fds_with_names(3) calls a nameless one "unknown". */
static char *socket_names(const struct plan *plan, const char *inherited_names, int inherited)
{
	size_t size = 1;
	char *names, *end;

	for (size_t i = 0; i < plan->listen_count; i++)
		size += plan->listens[i].name ? strlen(plan->listens[i].name) + 1 : 8;
	size += inherited_names ? strlen(inherited_names) + 1 : (size_t)inherited * 8;
	names = malloc(size);
	if (!names)
		die("out of memory: %s", strerror(errno));
	end = names;
	if (inherited && inherited_names)
		end = stpcpy(stpcpy(end, inherited_names), ":");
	for (int i = 0; i < inherited && !inherited_names; i++)
		end = stpcpy(end, "unknown:");
	for (size_t i = 0; i < plan->listen_count; i++) {
		const char *name = plan->listens[i].name;

		end = stpcpy(stpcpy(end, name ? name : "unknown"), ":");
	}
	end[-1] = '\0'; /* the last colon separates nothing */
	return names;
}

static char *add_sockets(struct list *list, const struct plan *plan, int inherited)
{
	char *names = socket_names(plan, inherited_names_find(inherited), inherited);
	char *variable;

	list_add(list, "LISTEN_FDS=%d", inherited + (int)plan->listen_count);
	list_add(list, "LISTEN_FDNAMES=%s", names);
	free(names);
	variable = list_add(list, "LISTEN_PID=%*s", PID_DIGITS, "");
	return strchr(variable, '=') + 1;
}

char **environment_make(const struct plan *plan, char **ours, int inherited, char **ret_pid_slot)
{
	const int sockets = inherited + (int)plan->listen_count;
	struct list list = { .count = 0 };
	size_t count = 0;
	char *pid_slot = NULL;

	bool as_it_is = !plan->drops && !plan->becomes && !sockets;

	for (; ours[count]; count++)
		as_it_is = as_it_is && !is_left_out(plan, ours[count]);
	*ret_pid_slot = NULL;
	if (as_it_is)
		return ours; /* the common case of a plain init costs no memory */
	list.variables = calloc(count + MOST_ADDED + 1, sizeof(*list.variables));
	if (!list.variables)
		die("out of memory: %s", strerror(errno));
	for (size_t i = 0; i < count; i++) {
		if (!is_left_out(plan, ours[i]))
			list.variables[list.count++] = ours[i];
	}
	if (plan->drops || plan->becomes)
		add_home(&list, &plan->identity);
	if (plan->drops)
		add_names(&list, &plan->identity);
	if (sockets && !plan->becomes)
		pid_slot = add_sockets(&list, plan, inherited);
	*ret_pid_slot = pid_slot;
	return list.variables;
}
