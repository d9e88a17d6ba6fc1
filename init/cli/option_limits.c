/* --limit, as a part of the plan. */
#include "init/cli/option_values.h"

#include "init/sys/number.h"
#include "init/sys/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int resource;
} resources[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },
	{ "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE },
	{ "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },
	{ "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },
	{ "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },
	{ "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
};

static bool value_parse(const char *text, rlim_t *ret)
{
	uint64_t number;

	if (!strcmp(text, "unlimited")) {
		*ret = RLIM_INFINITY;
		return true;
	}
	if (!number_parse(text, 0, RLIM_INFINITY - 1, &number))
		return false;
	*ret = number;
	return true;
}

/* "NAME=SOFT[:HARD]"; one value is both, as with Docker's --ulimit and systemd's Limit…=. */
static const char *limit_parse(char *text, struct limit_spec *ret)
{
	char *value = strchr(text, '='), *hard;

	if (!value)
		return text_format("'%s' is not NAME=SOFT[:HARD]", text);
	*value++ = '\0';
	hard = strchr(value, ':');
	if (hard)
		*hard++ = '\0';
	if (!value_parse(value, &ret->limit.rlim_cur))
		return text_format("'%s' is neither a number nor unlimited", value);
	if (!value_parse(hard ? hard : value, &ret->limit.rlim_max))
		return text_format("'%s' is neither a number nor unlimited", hard ? hard : value);
	if (ret->limit.rlim_cur > ret->limit.rlim_max)
		return text_format("%s: the soft limit is above the hard one", text);
	for (size_t i = 0; i < sizeof(resources) / sizeof(*resources); i++) {
		if (!strcmp(resources[i].name, text)) {
			ret->name = resources[i].name;
			ret->resource = resources[i].resource;
			return NULL;
		}
	}
	return text_format("no limit is called '%s' (as, core, cpu, data, fsize, locks, memlock, "
			   "msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack)",
			   text);
}

/* In place of one for the same resource: the command line's over its twin's. */
static const char *limit_add(struct plan *plan, const struct limit_spec *spec)
{
	for (size_t i = 0; i < plan->limit_count; i++) {
		if (plan->limits[i].resource == spec->resource) {
			plan->limits[i] = *spec;
			return NULL;
		}
	}
	return OPTION_LIST_ADD(plan->limits, plan->limit_count, *spec);
}

const char *option_add_limits(struct plan *plan, const char *value)
{
	char *rest = strdup(value);
	const char *wrong = rest ? NULL : "out of memory";

	for (char *text; !wrong && (text = strsep(&rest, ","));) {
		struct limit_spec spec = { 0 };

		wrong = limit_parse(text, &spec);
		if (!wrong)
			wrong = limit_add(plan, &spec);
	}
	return wrong;
}
