/* What --check says of helpers: their steps, and how long the end can take. */
#include "init/supervise/helper_table.h"

/* The longest that the end can take once the command has ended: the others one after another, those
 * with it beside each other, and what is left behind. */
unsigned helpers_longest_stop_ms(const struct plan *plan)
{
	unsigned together = 0, others = 0;

	for (size_t i = 0; i < plan->helper_count; i++) {
		const struct plan *helper = &plan->helpers[i];
		const unsigned ms = helper->stop_timeout_ms + KEEPER_GRACE_MS;

		if (helper->helper.together && ms > together)
			together = ms;
		else if (!helper->helper.together)
			others += ms;
	}
	return plan->stop_delay_ms + together + others + plan->stop_timeout_ms;
}

void helpers_say_longest_stop(struct outlook *outlook, unsigned ms)
{
	const unsigned seconds = (ms + 999) / 1000;

	outlook_say(outlook, true,
		    "once the command has ended, the rest takes %u s at most: docker stop -t %u, "
		    "terminationGracePeriodSeconds: %u, and the command's own time",
		    seconds, seconds + 5, seconds + 5);
}

static bool has_place_of_file(const struct plan *plan)
{
	for (size_t i = 0; i < plan->helper_count; i++) {
		if (plan->helpers[i].helper.file)
			return true;
	}
	return false;
}

/* What --chown does is done by then. */
static void helper_check(const struct run *run, const struct plan *plan, struct outlook *outlook)
{
	struct run *helper = helper_run_new(run, plan);
	struct outlook own = { .helper = plan->helper.name,
			       .chowns = outlook->chowns,
			       .chown_count = outlook->chown_count };

	for (const struct step *step = run->steps; helper && step->name; step++) {
		own.step = step->name;
		if (step->check)
			step->check(helper, &own);
	}
	outlook_take(outlook, &own);
}

void helpers_check_of_files(struct run *run, struct outlook *outlook)
{
	for (size_t i = 0; i < run->plan->helper_count; i++) {
		if (run->plan->helpers[i].helper.in_file)
			helper_check(run, &run->plan->helpers[i], outlook);
	}
}

/* With a file the longest stop is known only when that has been read. */
void helpers_check(struct run *run, struct outlook *outlook)
{
	const struct plan *plan = run->plan;

	for (size_t i = 0; i < plan->helper_count; i++) {
		if (plan->helpers[i].helper.name)
			helper_check(run, &plan->helpers[i], outlook);
	}
	if (plan->helper_count && !has_place_of_file(plan))
		helpers_say_longest_stop(outlook, helpers_longest_stop_ms(plan));
}
