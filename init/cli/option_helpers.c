/* --with, --with-file and the options of a helper's line, as parts of the plan. */
#include "init/cli/option_values.h"

#include "init/sys/number.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_EVERY_MS (7U * 24 * 3600 * 1000)

const char *option_add_with(struct plan *plan, const char *value)
{
	const struct line_source source = { .text = value };

	return *value ? OPTION_LIST_ADD(plan->lines, plan->line_count, source) : "empty";
}

const char *option_add_with_file(struct plan *plan, const char *value)
{
	const struct line_source source = { .file = value };

	return *value ? OPTION_LIST_ADD(plan->lines, plan->line_count, source) : "empty";
}

/* "30s", "5m", "1h". */
const char *option_set_every(struct plan *plan, const char *value)
{
	static const struct {
		char unit;
		unsigned ms;
	} units[] = { { 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 3600 * 1000 } };
	const size_t length = strlen(value);
	char digits[12] = "";
	uint64_t number;

	if (length < 2 || length > sizeof(digits))
		return "not a time like 30s, 5m or 1h, at most a week";
	memcpy(digits, value, length - 1);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (value[length - 1] != units[i].unit ||
		    !number_parse(digits, 1, LONGEST_EVERY_MS / units[i].ms, &number))
			continue;
		plan->helper.every_ms = (unsigned)number * units[i].ms;
		return NULL;
	}
	return "not a time like 30s, 5m or 1h, at most a week";
}

const char *option_set_restart(struct plan *plan, const char *value)
{
	static const char *const names[] = { [RESTART_ALWAYS] = "always",
					     [RESTART_ON_FAILURE] = "on-failure",
					     [RESTART_NEVER] = "never" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(value, names[i])) {
			plan->helper.restart = (enum restart)i;
			plan->helper.restart_given = true;
			return NULL;
		}
	}
	return "neither always, on-failure nor never";
}

const char *option_set_ready(struct plan *plan, const char *value)
{
	plan->helper.ready_notify = !strcmp(value, "notify");
	return plan->helper.ready_notify ? NULL : "not a way to say so (notify)";
}
