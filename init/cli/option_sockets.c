/* --listen and --allow-port, as parts of the plan. */
#include "init/cli/address.h"
#include "init/cli/suboptions.h"
#include "init/cli/option_values.h"
#include "init/sys/number.h"

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
	mode_t *mode = &((struct listen_spec *)spec)->mode;
	const char *wrong = suboption_mode(value, mode);

	return wrong || *mode <= 0777 ? wrong : "a socket has an octal mode from 0 to 777";
}

/* A key that the kind of socket has no use for is a mistake, and not left unsaid. */
static const char *listen_check(const struct listen_spec *spec)
{
	const bool is_unix = spec->address.ss_family == AF_UNIX;
	const bool is_tcp = !is_unix && spec->type == SOCK_STREAM;

	if (!is_unix && (spec->owner.text || spec->mode != MODE_UNSET))
		return "owner and mode are for unix sockets only";
	if (is_unix && (spec->reuseport || spec->freebind || spec->device))
		return "reuseport, freebind and device are not for unix sockets";
	if (!is_tcp && (spec->nodelay || spec->keepalive || spec->defer_accept))
		return "nodelay, keepalive and defer-accept are for TCP only";
	if (spec->address.ss_family != AF_INET6 && spec->v6only >= 0)
		return "v6only is for IPv6 only";
	if (spec->type == SOCK_DGRAM && spec->backlog)
		return "backlog is not for UDP";
	return NULL;
}

const char *option_add_listen(struct plan *plan, const char *value)
{
	static const struct suboption keys[] = {
		{ "name", listen_name },	   { "backlog", listen_backlog },
		{ "v6only", listen_v6only },	   { "reuseport", listen_reuseport },
		{ "nodelay", listen_nodelay },	   { "nonblock", listen_nonblock },
		{ "keepalive", listen_keepalive }, { "defer-accept", listen_defer_accept },
		{ "freebind", listen_freebind },   { "device", listen_device },
		{ "owner", listen_owner },	   { "mode", listen_mode },
	};
	struct listen_spec spec = { .text = value, .v6only = -1, .mode = MODE_UNSET };
	const char *address, *wrong;

	wrong = suboptions_parse("listen", value, keys, sizeof(keys) / sizeof(*keys), &spec,
				 &address);
	if (!wrong)
		wrong = address_parse(address, &spec);
	if (!wrong)
		wrong = listen_check(&spec);
	return wrong ? wrong : OPTION_LIST_ADD(plan->listens, plan->listen_count, spec);
}

const char *option_add_ports(struct plan *plan, const char *value)
{
	char *const words = strdup(value);
	const char *wrong = words ? NULL : "out of memory";
	char *rest = words;

	for (char *text; !wrong && (text = strsep(&rest, ","));) {
		struct port port;

		wrong = port_parse(text, &port);
		if (!wrong)
			wrong = OPTION_LIST_ADD(plan->ports, plan->port_count, port);
	}
	free(words);
	return wrong;
}
