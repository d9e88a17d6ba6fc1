#include "init/unotify/unotify.h"

#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static unsigned reports_choose(const struct plan *plan, enum broker_means means,
			       const struct filter *profile)
{
	unsigned reports = 0;

	if (plan->exec)
		return 0; /* nobody is left to answer */
	if (means != BROKER_NONE)
		reports |= REPORT_BINDS;
	if (means == BROKER_FRESH_SOCKET)
		reports |= REPORT_OPTIONS;
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
		return failure_new(NULL, 0, "use --port-method capability", what, profile->name,
				   "it refuses bind(2) or setsockopt(2), or judges them by their "
				   "arguments, which leaves no place for --allow-port's broker");
	case E2BIG:
		return failure_new(NULL, 0, NULL, what, profile->name,
				   "it is longer than the 4096 instructions that the kernel takes");
	default:
		return failure_new(NULL, 0, NULL, what, profile->name, strerror(error));
	}
}

/* A profile that notifies somebody else can be loaded as it is if we ask for nothing. */
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
	return result ? compose_failure(profile, -result) : NULL;
}

const struct failure *unotify_prepare(const struct plan *plan, enum broker_means means,
				      unsigned free_from, const struct filter *profile,
				      const char *command, struct unotify *ret_unotify)
{
	struct unotify *unotify = ret_unotify;
	const struct broker_ports ports = { plan->ports, plan->port_count, free_from };
	const char *wrong;
	int result;

	unotify->reports = reports_choose(plan, means, profile);
	unotify->profile = profile;
	denials_open(&unotify->denials, profile);
	if (unotify->reports & REPORT_BINDS) {
		result = broker_open(&unotify->broker, &ports, means);
		if (result)
			return failure_new("--allow-port", -result, NULL,
					   "the broker cannot start");
	}
	if (unotify->reports & REPORT_CALLS) {
		wrong = record_open(&unotify->record, plan->record);
		if (wrong)
			return failure_new(NULL, 0, NULL, "--record %s: cannot record into it: %s",
					   plan->record, wrong);
		if (command)
			record_expect_loader(&unotify->record, command);
	}
	return unotify->reports || profile->program.len ? compose(unotify, profile) : NULL;
}

const struct failure *unotify_make_room(struct unotify *unotify, int first_free)
{
	struct record *record = &unotify->record;
	int fd;

	if (!(unotify->reports & REPORT_CALLS) || record->file >= first_free)
		return NULL;
	fd = fcntl(record->file, F_DUPFD_CLOEXEC, first_free);
	if (fd < 0) /* EINVAL is the limit, too. fcntl(2) */
		return failure_new(NULL, errno == EINVAL ? EMFILE : errno,
				   "raise the limit of open files",
				   "--record %s: cannot keep it open", record->path);
	(void)close(record->file); /* fd is the same */
	record->file = fd;
	return NULL;
}

bool unotify_wants_listener(const struct unotify *unotify)
{
	return unotify->reports && filter_reports(&unotify->filter);
}

bool unotify_needs_listener(const struct unotify *unotify)
{
	return unotify->reports & ~(unsigned)REPORT_DENIALS;
}

const struct failure *unotify_finish(struct unotify *unotify)
{
	struct record *record = &unotify->record;
	int result;

	if (!(unotify->reports & REPORT_CALLS))
		return NULL;
	result = record_write(record);
	if (result)
		return failure_new(NULL, -result, NULL, "--record %s: cannot write it",
				   record->path);
	return NULL;
}
