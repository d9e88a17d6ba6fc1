#include "init/steps/environment.h"

#include "init/steps/secret_source.h"
#include "init/sys/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PID_DIGITS 20

/* A list of variables, each name once. */
struct list {
	char **variables; /* with room for all that there can be */
	size_t count;
	bool out_of_memory;
};

bool variable_names_agree(const char *a, const char *b)
{
	const size_t length = strcspn(a, "=");

	return length == strcspn(b, "=") && !memcmp(a, b, length);
}

/* In place of one with that name, if there is one. NULL: there is no memory for it. */
static void list_set(struct list *list, char *variable)
{
	size_t at = 0;

	if (!variable) {
		list->out_of_memory = true;
		return;
	}
	while (at < list->count && !variable_names_agree(list->variables[at], variable))
		at++;
	list->variables[at] = variable;
	list->count += at == list->count;
}

static void list_set_text(struct list *list, const char *name, const char *value)
{
	char *variable;

	list_set(list, asprintf(&variable, "%s=%s", name, value) < 0 ? NULL : variable);
}

/* --- ours ----------------------------------------------------------------------------------- */

static bool is_left_out(const struct plan *plan, const char *variable)
{
	static const char *const command[] = { "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC" };
	struct secret_source source;

	if (!strncmp(variable, TWIN_PREFIX, strlen(TWIN_PREFIX)) ||
	    secret_source_parse(&plan->hidden, variable, &source))
		return true;
	if (listen_variable_is(variable, strcspn(variable, "=")))
		return true;
	/* Whoever started us talks to the command alone. */
	for (size_t i = 0; plan->helper.name && i < sizeof(command) / sizeof(*command); i++) {
		if (variable_names_agree(variable, command[i]))
			return true;
	}
	return false;
}

static void add_ours(struct list *list, const struct plan *plan, char **ours)
{
	for (; *ours; ours++) {
		if (plan->becomes || !is_left_out(plan, *ours))
			list->variables[list->count++] = *ours; /* as it is, twice where it is so */
	}
}

/* --- the user's ----------------------------------------------------------------------------- */

static void add_user(struct list *list, const struct plan *plan)
{
	const struct identity *identity = &plan->identity;
	const char *name = identity->name ? identity->name : text_format("%u", identity->uid);

	list_set_text(list, "HOME", identity->home && *identity->home ? identity->home : "/");
	if (!plan->drops)
		return;
	list_set_text(list, "USER", name);
	list_set_text(list, "LOGNAME", name);
}

/* --- sockets -------------------------------------------------------------------------------- */

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
 * sd_listen_fds_with_names(3) calls a nameless one "unknown". NULL without memory. */
static char *socket_names(const struct plan *plan, const char *inherited_names, int inherited)
{
	size_t size = 1;
	char *names, *end;

	for (size_t i = 0; i < plan->listen_count; i++)
		size += plan->listens[i].name ? strlen(plan->listens[i].name) + 1 : 8;
	size += inherited_names ? strlen(inherited_names) + 1 : (size_t)inherited * 8;
	names = malloc(size);
	if (!names)
		return NULL;
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

static void add_sockets(struct list *list, const struct plan *plan, int inherited,
			char **ret_pid_slot)
{
	char *names = socket_names(plan, inherited_names_find(inherited), inherited);
	char *variable;

	list_set_text(list, "LISTEN_FDS", text_format("%d", inherited + (int)plan->listen_count));
	if (names)
		list_set_text(list, "LISTEN_FDNAMES", names);
	list->out_of_memory |= !names;
	free(names);
	if (asprintf(&variable, "LISTEN_PID=%*s", PID_DIGITS, "") < 0)
		variable = NULL;
	list_set(list, variable);
	if (variable)
		*ret_pid_slot = strchr(variable, '=') + 1;
}

/* --- all of it ------------------------------------------------------------------------------ */

const struct failure *environment_make(const struct plan *plan, char **ours, int inherited,
				       const struct strings *secrets, char ***ret_environment,
				       char **ret_pid_slot)
{
	const int sockets = inherited + (int)plan->listen_count;
	struct list list = { .count = 0 };
	struct secret_source source;
	size_t count = 0;

	while (ours[count])
		count++;
	count += secrets->count + plan->environment.count + 6 + 1; /* HOME …, LISTEN_…, the end */
	list.variables = calloc(count, sizeof(*list.variables));
	if (!list.variables)
		return failure_of_memory();
	*ret_pid_slot = NULL;
	add_ours(&list, plan, ours);
	if (plan->drops || plan->becomes)
		add_user(&list, plan);
	if (sockets && !plan->becomes)
		add_sockets(&list, plan, inherited, ret_pid_slot);
	for (size_t i = 0; i < secrets->count; i++)
		list_set(&list, (char *)secrets->at[i]);
	for (size_t i = 0; i < plan->environment.count; i++) {
		if (!secret_source_parse(&plan->file_env, plan->environment.at[i], &source))
			list_set(&list, (char *)plan->environment.at[i]);
	}
	*ret_environment = list.variables;
	return list.out_of_memory ? failure_of_memory() : NULL;
}
