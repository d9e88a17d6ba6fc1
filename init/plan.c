#include "init/plan.h"

#include "init/sys/message.h"

#include <string.h>

void plan_check(const struct plan *plan)
{
	const bool filters =
		plan->record || (plan->seccomp ? strcmp(plan->seccomp, "none") != 0 : plan->drops);

	if (plan->allow_new_privs && filters)
		die("--allow-new-privs: a seccomp filter needs no_new_privs (add --seccomp none, or "
		    "leave --allow-new-privs out)");
	if (plan->exec && plan->port_method == PORTS_BROKER && plan->port_count)
		die("--exec: nobody is left to be a broker of ports (use --port-method capability)");
	if (plan->record && plan->seccomp)
		die("--record: it records without a profile (leave --seccomp out)");
	if (plan->exec && plan->record)
		die("--exec: nobody is left to write down what --record learns");
	if (!plan->command[0] && !plan->check)
		die("no command given (usage: drop-init [OPTION]... [--] COMMAND [ARG]...)");
}
