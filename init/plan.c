#include "init/plan.h"

#include <string.h>

bool plan_has_filter(const struct plan *plan)
{
	if (plan->record)
		return true;
	return plan->seccomp ? strcmp(plan->seccomp, "none") != 0 : plan->drops;
}

bool plan_filter_is_barred(const struct plan *plan)
{
	return plan->allow_new_privs && plan_has_filter(plan);
}

bool plan_is_request(const struct plan *plan)
{
	return plan->pause || plan->print.text || plan->control.asked;
}

const struct failure *plan_check(const struct plan *plan)
{
	if (plan_filter_is_barred(plan))
		return failure_new("--allow-new-privs", 0,
				   "add --seccomp none, or leave --allow-new-privs out",
				   "a seccomp filter needs no_new_privs");
	if (plan->exec && plan->port_method == PORTS_BROKER && plan->port_count)
		return failure_new("--exec", 0, "use --port-method capability",
				   "nobody is left to be a broker of ports");
	if (plan->record && plan->seccomp)
		return failure_new("--record", 0, "leave --seccomp out",
				   "it records without a profile");
	if (plan->exec && plan->record)
		return failure_new("--exec", 0, NULL,
				   "nobody is left to write down what --record learns");
	if (plan->exec && plan->helper_count)
		return failure_new("--exec", 0, "leave --exec out",
				   "nobody is left to look after helpers");
	if (!plan->command[0] && !plan->check && !plan->line_count && !plan->install)
		return failure_new(NULL, 0, "usage: drop-init [OPTION]... [--] COMMAND [ARG]...",
				   "no command given");
	return NULL;
}
