#include "init/unotify/unotify.h"

#include "init/sys/message.h"

#include <errno.h>
#include <string.h>

/* Which kinds of sockets there are low ports for. */
static unsigned sockets_choose(const struct plan *plan, unsigned free_from)
{
	unsigned reports = 0;

	for (size_t i = 0; i < plan->port_count; i++)
		if (plan->ports[i].number < free_from)
			reports |= plan->ports[i].udp ? REPORT_DATAGRAMS : REPORT_STREAMS;
	return reports;
}

static unsigned reports_choose(const struct plan *plan, enum broker_method method,
			       unsigned free_from, const struct filter *profile)
{
	unsigned reports = 0;

	if (plan->exec)
		return 0; /* nobody is left to answer */
	if (method != BROKER_NONE)
		reports |= REPORT_BINDS;
	if (method == BROKER_MADE_SOCKET)
		reports |= sockets_choose(plan, free_from);
	if (plan->record)
		reports |= REPORT_CALLS;
	else if (profile->program.len && message_wanted(MESSAGE_WARNING))
		reports |= REPORT_DENIALS;
	return reports;
}

static const struct failure *compose_failure(const struct filter *profile, int error)
{
	static const char what[] = "the seccomp profile '%s' cannot be loaded: %s";

	switch (error) {
	case EBUSY:
		return failure_new(NULL, 0, NULL, what, profile->name,
				   "it notifies a supervisor of its own (SCMP_ACT_NOTIFY), and the "
				   "command can have only one");
	case EACCES:
		return failure_new(
			NULL, 0, "use --port-method capability", what, profile->name,
			"it refuses bind(2) or plain TCP and UDP sockets, or judges them by their "
			"arguments, which leaves no place for --allow-port's broker");
	case E2BIG:
		return failure_new(NULL, 0, NULL, what, profile->name,
				   "it is longer than the 4096 instructions that the kernel takes");
	default:
		return failure_new(NULL, 0, NULL, what, profile->name, strerror(error));
	}
}

/* A profile that is too long with them is loaded without: then denials are not explained. */
static const struct failure *compose(struct unotify *unotify, const struct filter *profile)
{
	struct syscall_set silent;
	int result;

	if (unotify->reports & REPORT_CALLS)
		record_silence(&unotify->record, &silent);
	result = filter_compose(profile, unotify->reports, &silent, &unotify->filter);
	if (result == -E2BIG && unotify->reports == REPORT_DENIALS) {
		unotify->reports = 0;
		result = filter_compose(profile, 0, NULL, &unotify->filter);
	}
	if (result)
		return compose_failure(profile, -result);
	if (!filter_reports(&unotify->filter))
		unotify->reports = 0; /* it answers nothing with EPERM */
	return NULL;
}

const struct failure *unotify_prepare(const struct plan *plan, enum broker_method method,
				      unsigned free_from, const struct filter *profile,
				      struct unotify *ret_unotify)
{
	struct unotify *unotify = ret_unotify;
	const struct broker_ports ports = { plan->ports, plan->port_count, free_from };
	int result = 0;

	unotify->reports = reports_choose(plan, method, free_from, profile);
	unotify->filtered = unotify->reports || profile->program.len;
	unotify->profile = profile;
	denials_open(&unotify->denials, profile);
	if (unotify->reports & REPORT_BINDS)
		result = broker_open(&unotify->broker, &ports, method);
	if (result)
		return failure_new("--allow-port", -result, NULL, "the broker cannot start");
	if (!unotify->filtered || unotify->reports & REPORT_CALLS)
		return NULL;
	return compose(unotify, profile);
}

const struct failure *unotify_record(struct unotify *unotify, const char *command)
{
	struct record *record = &unotify->record;
	const char *wrong;

	if (!(unotify->reports & REPORT_CALLS))
		return NULL;
	wrong = record_load(record);
	if (wrong)
		return failure_new(NULL, 0, NULL, "--record %s: cannot record into it: %s",
				   record->path, wrong);
	record_expect_loader(record, command);
	return compose(unotify, unotify->profile);
}

bool unotify_wants_listener(const struct unotify *unotify)
{
	return unotify->reports;
}

bool unotify_needs_listener(const struct unotify *unotify)
{
	return unotify->reports & ~(unsigned)REPORT_DENIALS;
}

const struct failure *unotify_finish(struct unotify *unotify)
{
	struct record *record = &unotify->record;
	int result, count, new;

	if (!(unotify->reports & REPORT_CALLS))
		return NULL;
	result = record_write(record);
	if (result)
		return failure_new(NULL, -result, NULL, "--record %s: cannot write it",
				   record->path);
	record_count(record, &count, &new);
	message(MESSAGE_INFO, "--record %s: %d system calls, of them %d that were not there before",
		record->path, count, new);
	return NULL;
}
