#include "init/steps/chown.h"

#include "init/chown/ownership.h"
#include "init/privileges/capabilities.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"
#include "init/sys/text.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE 1024

static const struct plan *current; /* for is_interrupted(), which is asked without a context */

/* The first pending signal that would end the command; 0: none. */
static int interruption(void)
{
	const signal_mask pending = signals_pending();

	for (int n = 1; pending && n < SIGNAL_COUNT; n++) {
		const int forwarded = current->rewrite[n];

		if ((pending & SIGNAL_BIT(n)) && forwarded && signal_ends(forwarded))
			return forwarded;
	}
	return 0;
}

static const char *typed_format(const struct chown_spec *spec)
{
	return text_format("--chown %s", spec->text);
}

static bool is_interrupted(void)
{
	return interruption() != 0;
}

static const struct failure *end_interrupted(const struct chown_spec *spec,
					     const struct ownership_report *report)
{
	const int number = interruption();
	char text[TEXT_SIZE];

	return failure_with_status(128 + number, typed_format(spec), 0, "the next start carries on",
				   "ended by %s: %s", signal_name(number),
				   ownership_summary_format(report, false, text, sizeof(text)));
}

static const struct failure *refuse(const struct chown_spec *spec,
				    const struct ownership_report *report)
{
	char text[TEXT_SIZE];

	return failure_new(
		typed_format(spec), 0, NULL, "%s",
		ownership_failure_format(report, &report->failures[0], text, sizeof(text)));
}

static void say_failures(const struct chown_spec *spec, const struct ownership_report *report)
{
	char text[TEXT_SIZE];

	for (uint64_t i = 0; i < report->failed && i < OWNERSHIP_FAILURES; i++)
		message(MESSAGE_WARNING, "--chown %s: %s", spec->text,
			ownership_failure_format(report, &report->failures[i], text, sizeof(text)));
}

static const struct failure *path_give(const struct chown_spec *spec)
{
	struct ownership_report report;
	char text[TEXT_SIZE];
	const int result = ownership_apply(spec, spec->owner.uid, spec->owner.gid, false,
					   is_interrupted, &report);

	if (result == -EINTR && interruption()) /* and no call that was interrupted */
		return end_interrupted(spec, &report);
	if (result && !spec->optional)
		return refuse(spec, &report);
	say_failures(spec, &report);
	message(MESSAGE_INFO, "--chown %s: %s", spec->text,
		ownership_summary_format(&report, false, text, sizeof(text)));
	return NULL;
}

const struct failure *chown_run(struct run *run)
{
	const struct failure *failure = NULL;

	current = run->plan;
	for (size_t i = 0; !failure && i < run->plan->chown_count; i++)
		failure = path_give(&run->plan->chowns[i]);
	return failure;
}

/* --- whether it would work ---------------------------------------------------------------------
 */

static bool never(void)
{
	return false;
}

static void path_check(const struct chown_spec *spec, struct outlook *outlook)
{
	struct ownership_report report;
	char text[TEXT_SIZE];
	const int result =
		ownership_apply(spec, spec->owner.uid, spec->owner.gid, true, never, &report);
	const char *to = text_format("%s to %u:%u", spec->path, spec->owner.uid, spec->owner.gid);
	const bool able = spec->owner.uid == geteuid() || capabilities_have(CAP_CHOWN);

	if (result && !spec->optional)
		outlook_say(
			outlook, false, "%s: %s", spec->path,
			ownership_failure_format(&report, &report.failures[0], text, sizeof(text)));
	else if (report.changed && !able)
		outlook_say(outlook, spec->optional, "%s: %s (start as root, or add CHOWN)", to,
			    strerror(EPERM));
	else
		outlook_say(outlook, true, "%s: %s", to,
			    ownership_summary_format(&report, true, text, sizeof(text)));
	if (!result && able)
		outlook_add_chown(outlook, spec);
}

void chown_check(struct run *run, struct outlook *outlook)
{
	if (run->plan->identity.unresolved)
		return; /* the line of the user says why */
	for (size_t i = 0; i < run->plan->chown_count; i++)
		path_check(&run->plan->chowns[i], outlook);
}
