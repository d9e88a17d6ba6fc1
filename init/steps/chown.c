#include "init/steps/chown.h"

#include "init/sys/message.h"
#include "init/chown/ownership.h"
#include "init/sys/signals.h"

#include <errno.h>
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

static bool is_interrupted(void)
{
	return interruption() != 0;
}

static _Noreturn void end_interrupted(const struct chown_spec *spec,
				      const struct ownership_report *report)
{
	const int number = interruption();
	char text[TEXT_SIZE];

	message(MESSAGE_WARNING, "--chown %s: ended by %s: %s (the next start carries on)",
		spec->text, signal_name(number),
		ownership_summary_format(report, false, text, sizeof(text)));
	_exit(128 + number);
}

static void say_failures(const struct chown_spec *spec, const struct ownership_report *report)
{
	char text[TEXT_SIZE];

	for (uint64_t i = 0; i < report->failed && i < OWNERSHIP_FAILURES; i++)
		message(MESSAGE_WARNING, "--chown %s: %s", spec->text,
			ownership_failure_format(report, &report->failures[i], text, sizeof(text)));
}

static void give_path(const struct chown_spec *spec)
{
	struct ownership_report report;
	char text[TEXT_SIZE];
	const int result = ownership_apply(spec, spec->owner.uid, spec->owner.gid, false,
					   is_interrupted, &report);

	if (result == -EINTR && interruption()) /* and no call that was interrupted */
		end_interrupted(spec, &report);
	if (result && !spec->optional)
		die("--chown %s: %s", spec->text,
		    ownership_failure_format(&report, &report.failures[0], text, sizeof(text)));
	say_failures(spec, &report);
	message(MESSAGE_INFO, "--chown %s: %s", spec->text,
		ownership_summary_format(&report, false, text, sizeof(text)));
}

void chown_paths(const struct plan *plan)
{
	current = plan;
	for (size_t i = 0; i < plan->chown_count; i++)
		give_path(&plan->chowns[i]);
}
