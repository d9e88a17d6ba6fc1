#include "init/steps/step.h"
#include "init/steps/trial.h"

#include "init/privileges/capabilities.h"
#include "init/sys/file.h"
#include "init/sys/message.h"
#include "init/sys/number.h"
#include "init/sys/text.h"

#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_START_FILE "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define PORT_START	1024 /* the kernel's default */

/* A port that is in use shows as well that it is nobody's privilege: the kernel looks at that
 * first. */
static int port_try(const struct port *port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(port->number) };
	const int fd = socket(AF_INET, (port->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return -errno;
	result = bind(fd, (const struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	(void)close(fd); /* it was only tried */
	return result == -EADDRINUSE ? 0 : result;
}

static const char *ports_try(const void *context)
{
	const struct plan *plan = context;
	int result = capabilities_empty();

	for (size_t i = 0; !result && i < plan->port_count; i++)
		result = port_try(&plan->ports[i]);
	return result ? strerror(-result) : NULL;
}

/* The first port that needs no capability here. ip-sysctl.rst. gVisor has no such file, and lets
 * any user bind any port: where nothing is to be read, a process without capabilities tries. */
static unsigned unprivileged_port_start(const struct run *run)
{
	char text[16];
	uint64_t start = PORT_START;

	if (!file_read_text(PORT_START_FILE, text, sizeof(text)))
		return trial_ask(run, ports_try, run->plan) ? PORT_START : 0;
	(void)number_parse(text, 0, 65536, &start); /* else the default stays */
	return (unsigned)start;
}

static unsigned lowest_port(const struct plan *plan)
{
	unsigned lowest = UINT16_MAX;

	for (size_t i = 0; i < plan->port_count; i++)
		if (plan->ports[i].number < lowest)
			lowest = plan->ports[i].number;
	return lowest;
}

static void choose(struct port_choice *choice, enum port_rung rung, const char *text)
{
	choice->rung = rung;
	choice->keeps = rung == RUNG_BROKER	  ? BIND_BROKER
			: rung == RUNG_CAPABILITY ? BIND_COMMAND
						  : BIND_NOBODY;
	snprintf(choice->text, sizeof(choice->text), "%s", text);
}

/* --- the broker ----------------------------------------------------------------------------- */

/* In a throwaway process, whose failure is no failure of ours. */
static int trial_drop(void *context)
{
	const struct plan *plan = context;

	message_configure(MESSAGE_ERROR, false); /* what it goes without is said by the real drop */
	return privileges_drop(plan, BIND_BROKER, true) ? -EPERM : 0;
}

static bool broker_possible(const struct plan *plan, const char **ret_why)
{
	*ret_why = plan->exec		       ? "--exec leaves nobody to be one"
		   : plan->allow_new_privs     ? "its filter needs no_new_privs"
		   : privileges_obstacle(plan) ? "privileges cannot be dropped"
		   : !capabilities_may_raise(CAP_NET_BIND_SERVICE)
			   ? "CAP_NET_BIND_SERVICE is not among our capabilities"
			   : NULL;
	return !*ret_why;
}

/* RET_WHY: what stands in its way, or why it is not the first of its ways. */
static bool choose_broker(const struct plan *plan, struct port_choice *choice, char ret_why[256])
{
	const struct broker_ports ports = { plan->ports, plan->port_count, choice->free_from };
	const char *why;

	if (!broker_possible(plan, &why)) {
		snprintf(ret_why, 256, "%s", why);
		return false;
	}
	choice->method = broker_probe(&ports, trial_drop, (void *)plan, ret_why, 256);
	if (choice->method == BROKER_NONE)
		return false;
	choose(choice, RUNG_BROKER, "");
	snprintf(choice->text, sizeof(choice->text),
		 "broker: PID 1 binds these ports for the command, %s%s%s",
		 choice->method == BROKER_OWN_SOCKET ? "on its own socket"
						     : "on sockets that it makes for it (",
		 ret_why, choice->method == BROKER_OWN_SOCKET ? "" : ")");
	return true;
}

/* --- the ladder ----------------------------------------------------------------------------- */

static void choose_capability(struct port_choice *choice, const char *no_broker)
{
	if (!capabilities_may_raise(CAP_NET_BIND_SERVICE)) {
		choose(choice, RUNG_MISSING,
		       "CAP_NET_BIND_SERVICE is not among our capabilities (start as root with "
		       "NET_BIND_SERVICE, give the binary cap_net_bind_service=p, or set the sysctl "
		       "net.ipv4.ip_unprivileged_port_start)");
		return;
	}
	if (!capabilities_can_be_ambient()) {
		choose(choice, RUNG_MISSING, "");
		snprintf(choice->text, sizeof(choice->text),
			 "this kernel has no ambient capabilities%s%s (use --listen, which needs "
			 "%s)",
			 *no_broker ? ", and no broker can be had: " : "", no_broker,
			 *no_broker ? "neither" : "none");
		return;
	}
	choose(choice, RUNG_CAPABILITY, "");
	snprintf(
		choice->text, sizeof(choice->text),
		"capability: the command keeps CAP_NET_BIND_SERVICE and nothing else, so it may bind "
		"every low port%s%s%s",
		*no_broker ? " (no broker: " : "", no_broker, *no_broker ? ")" : "");
}

/* The first rung that holds here. Changes nothing. */
static void ports_choose(struct run *run)
{
	const struct plan *plan = run->plan;
	struct port_choice choice = { .free_from = PORT_START };
	const bool automatic = plan->port_method == PORTS_AUTO;
	char why[256] = "";

	choose(&choice, RUNG_FREE, "");
	if (plan->port_count)
		choice.free_from = unprivileged_port_start(run);
	if (!plan->port_count)
		; /* nothing was asked for */
	else if (automatic && lowest_port(plan) >= choice.free_from)
		snprintf(choice.text, sizeof(choice.text),
			 "nothing to do: any user may bind ports from %u on here, listed or not",
			 choice.free_from);
	else if (automatic && !plan->drops && capabilities_have(CAP_NET_BIND_SERVICE) &&
		 geteuid() == 0)
		choose(&choice, RUNG_HELD, "the command keeps the capabilities that it has");
	else if (plan->port_method != PORTS_CAPABILITY && choose_broker(plan, &choice, why))
		; /* by the real handshake */
	else if (plan->port_method != PORTS_BROKER)
		choose_capability(&choice, why);
	else {
		choose(&choice, RUNG_MISSING, "");
		snprintf(choice.text, sizeof(choice.text), "no broker can be had here: %s", why);
	}
	run->ports = choice;
}

void ports_check(struct run *run, struct outlook *outlook)
{
	const struct plan *plan = run->plan;
	const char *list = "";

	ports_choose(run);
	for (size_t i = 0; i < plan->port_count; i++)
		list = text_format("%s%s%s%u", list, i ? "," : "", plan->ports[i].udp ? "udp:" : "",
				   plan->ports[i].number);
	if (plan->port_count)
		outlook_say(outlook, run->ports.rung != RUNG_MISSING, "%s: %s", list,
			    run->ports.text);
}

const struct failure *ports_run(struct run *run)
{
	const struct plan *plan = run->plan;

	ports_choose(run);
	if (run->ports.rung == RUNG_MISSING)
		return failure_new(text_format("--allow-port %u", lowest_port(plan)), 0, NULL, "%s",
				   run->ports.text);
	if (plan->port_count)
		message(MESSAGE_INFO, "--allow-port: %s", run->ports.text);
	return NULL;
}
