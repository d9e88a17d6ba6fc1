#include "init/steps/chown.h"

#include "init/chown/ownership.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"
#include "init/sys/text.h"

#include <errno.h>

#define TEXT_SIZE 2048

/* The first pending signal that would end the command; 0: none. */
static int interruption(const struct plan *plan)
{
	const signal_mask pending = signals_pending();

	for (int n = 1; pending && n < SIGNAL_COUNT; n++) {
		const int forwarded = plan->rewrite[n];

		if ((pending & SIGNAL_BIT(n)) && forwarded && signal_ends(forwarded))
			return forwarded;
	}
	return 0;
}

static bool is_interrupted(const void *plan)
{
	return interruption(plan) != 0;
}

static const struct failure *end_interrupted(int number, const struct ownership_report *report)
{
	return failure_with_status(128 + number, report->typed, 0, "the next start carries on",
				   "ended by %s: %s", signal_name(number),
				   ownership_summary(report, false));
}

static void say_failures(const struct ownership_report *report)
{
	char text[TEXT_SIZE];

	for (uint64_t i = 0; i < report->failed && i < OWNERSHIP_FAILURES; i++)
		message(MESSAGE_WARNING, "%s",
			failure_format(ownership_failure(report, i), text, sizeof(text)));
}

static void say_left_alone(const struct ownership_report *report)
{
	for (enum ownership_left left = 0; left < LEFT_COUNT; left++)
		if (report->left[left])
			message(MESSAGE_WARNING, "%s: %s", report->typed,
				ownership_left_alone(report, left));
}

static const struct failure *path_give(const struct plan *plan, const struct chown_spec *spec)
{
	struct ownership_report report;
	const int result = ownership_apply(spec, false, is_interrupted, plan, &report);
	const int number =
		result == -EINTR ? interruption(plan) : 0; /* 0: a call was interrupted */

	if (number)
		return end_interrupted(number, &report);
	if (result && !spec->optional)
		return ownership_failure(&report, 0);
	say_failures(&report);
	say_left_alone(&report);
	message(MESSAGE_INFO, "%s: %s", report.typed, ownership_summary(&report, false));
	return NULL;
}

const struct failure *chown_run(struct run *run)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < run->plan->chown_count; i++)
		failure = path_give(run->plan, &run->plan->chowns[i]);
	return failure;
}

/* --- whether it would work ------------------------------------------------------------------ */

static const char *failure_line(const struct chown_spec *spec,
				const struct ownership_report *report)
{
	struct failure failure = *ownership_failure(report, 0);
	char text[TEXT_SIZE];

	failure.typed = spec->path;
	return text_format("%s", failure_format(&failure, text, sizeof(text)));
}

static void path_check(const struct chown_spec *spec, struct outlook *outlook)
{
	struct ownership_report report;
	const int result = ownership_apply(spec, true, NULL, NULL, &report);

	if (result)
		outlook_say(outlook, spec->optional, "%s", failure_line(spec, &report));
	if (!result || spec->optional)
		outlook_say(outlook, true, "%s to %u:%u: %s", spec->path, spec->owner.uid,
			    spec->owner.gid, ownership_summary(&report, true));
	for (enum ownership_left left = 0; left < LEFT_COUNT; left++)
		if (report.left[left])
			outlook_say(outlook, true, "%s: %s", spec->path,
				    ownership_left_alone(&report, left));
	if (!result)
		outlook_add_chown(outlook, spec);
}

void chown_check(struct run *run, struct outlook *outlook)
{
	if (run->plan->identity.unresolved)
		return; /* the line of the user says why */
	for (size_t i = 0; i < run->plan->chown_count; i++)
		path_check(&run->plan->chowns[i], outlook);
}
