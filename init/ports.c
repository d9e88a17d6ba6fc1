#include "init/ports.h"

#include "init/message.h"
#include "init/number.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PORT_START_FILE "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define PORT_START	1024 /* the kernel's default, and what we assume without /proc */

/* The first port that needs no capability here. ip-sysctl.rst */
static unsigned unprivileged_port_start(void)
{
	int fd = open(PORT_START_FILE, O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	uint64_t start = PORT_START;
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd); /* it was only read */
	text[length > 0 ? length : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	(void)number_parse(text, 0, 65536, &start); /* else the default stays */
	return (unsigned)start;
}

static unsigned lowest_port(const struct plan *plan)
{
	unsigned lowest = UINT16_MAX;

	for (size_t i = 0; i < plan->port_count; i++) {
		if (plan->ports[i].number < lowest)
			lowest = plan->ports[i].number;
	}
	return lowest;
}

static void choose(struct port_choice *choice, enum port_rung rung, const char *text)
{
	choice->rung = rung;
	choice->keeps = rung == RUNG_BROKER	? BIND_BROKER :
			rung == RUNG_CAPABILITY ? BIND_COMMAND :
						  BIND_NOBODY;
	snprintf(choice->text, sizeof(choice->text), "%s", text);
}

static void choose_capability(const struct plan *plan, struct port_choice *choice)
{
	const bool root_command = !plan->drops && geteuid() == 0;

	if (root_command && privileges_have(CAP_NET_BIND_SERVICE))
		choose(choice, RUNG_HELD, "the command keeps the capabilities that it has");
	else if (!root_command && privileges_may_raise(CAP_NET_BIND_SERVICE))
		choose(choice, RUNG_CAPABILITY,
		       "capability: the command keeps CAP_NET_BIND_SERVICE and nothing else, so it may "
		       "bind every low port");
	else
		choose(choice, RUNG_MISSING,
		       "CAP_NET_BIND_SERVICE is not among our capabilities (start as root with "
		       "NET_BIND_SERVICE, give the binary cap_net_bind_service=p, or set the sysctl "
		       "net.ipv4.ip_unprivileged_port_start)");
}

void ports_choose(const struct plan *plan, struct port_choice *ret_choice)
{
	unsigned start;

	choose(ret_choice, RUNG_FREE, "");
	if (!plan->port_count)
		return;
	start = unprivileged_port_start();
	if (plan->port_method == PORTS_AUTO && lowest_port(plan) >= start)
		snprintf(ret_choice->text, sizeof(ret_choice->text),
			 "nothing to do: ports from %u on need no capability here", start);
	else
		choose_capability(plan, ret_choice);
}

void ports_require(const struct plan *plan, const struct port_choice *choice)
{
	if (choice->rung == RUNG_MISSING)
		die("--allow-port %u: %s", lowest_port(plan), choice->text);
	if (plan->port_count)
		message(MESSAGE_INFO, "--allow-port: %s", choice->text);
}
