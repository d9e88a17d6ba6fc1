/* --listen and --allow-port, as parts of the plan. */
#include "init/cli/address.h"
#include "init/cli/suboptions.h"
#include "init/sys/number.h"
#include "init/cli/option_values.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#define LISTEN_FLAG(key, field)                                                                    \
	static const char *listen_##field(void *spec, const char *value)                           \
	{                                                                                          \
		return suboption_flag(value, &((struct listen_spec *)spec)->field);                \
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
	const char *wrong = suboption_flag(value, &on);

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

static const char *listen_owner(void *spec, const char *value)
{
	return suboption_owner(value, &((struct listen_spec *)spec)->owner);
}

static const char *listen_mode(void *spec, const char *value)
{
	return suboption_mode(value, &((struct listen_spec *)spec)->mode);
}

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

void option_add_listen(struct plan *plan, const struct typed *typed)
{
	static const struct suboption rows[] = {
		{ "name", listen_name },	   { "backlog", listen_backlog },
		{ "v6only", listen_v6only },	   { "reuseport", listen_reuseport },
		{ "nodelay", listen_nodelay },	   { "nonblock", listen_nonblock },
		{ "keepalive", listen_keepalive }, { "defer-accept", listen_defer_accept },
		{ "freebind", listen_freebind },   { "device", listen_device },
		{ "owner", listen_owner },	   { "mode", listen_mode },
	};
	struct listen_spec spec = { .text = typed->value, .v6only = -1, .mode = MODE_UNSET };
	const char *address = suboptions_parse(typed, rows, sizeof(rows) / sizeof(*rows), &spec);
	const char *wrong = address_parse(address, &spec);

	if (wrong)
		options_refuse(typed, "%s", wrong);
	listen_check(typed, &spec);
	plan->listens = option_list_grow(plan->listens, plan->listen_count, sizeof(spec));
	plan->listens[plan->listen_count++] = spec;
}

void option_add_ports(struct plan *plan, const struct typed *typed)
{
	char *const words = strdup(typed->value);
	char *rest = words;

	if (!words)
		options_refuse(typed, "%s", strerror(errno));
	for (char *text; (text = strsep(&rest, ","));) {
		struct port port;
		const char *wrong = port_parse(text, &port);

		if (wrong)
			options_refuse(typed, "%s", wrong);
		plan->ports = option_list_grow(plan->ports, plan->port_count, sizeof(port));
		plan->ports[plan->port_count++] = port;
	}
	free(words);
}
