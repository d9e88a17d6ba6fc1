#include "init/steps/limits.h"

#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"
#include "init/sys/text.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/resource.h>

void umask_check(struct run *run, struct outlook *outlook)
{
	if (run->plan->umask != MODE_UNSET)
		outlook_say(outlook, true, "%03o", run->plan->umask);
}

const struct failure *umask_run(struct run *run)
{
	const mode_t mode = run->plan->umask;
	const int result = mode == MODE_UNSET ? 0 : effect_umask(mode, NULL);

	return result ? failure_new(text_format("--umask %03o", mode), -result, NULL,
				    "cannot set it")
		      : NULL;
}

/* "1024", or "unlimited". */
static const char *value_format(rlim_t value)
{
	return value == RLIM_INFINITY ? "unlimited"
				      : text_format("%llu", (unsigned long long)value);
}

static const char *spec_format(const struct limit_spec *spec)
{
	return text_format("%s=%s:%s", spec->name, value_format(spec->limit.rlim_cur),
			   value_format(spec->limit.rlim_max));
}

static const struct failure *limit_refuse(const struct limit_spec *spec, rlim_t hard, int error)
{
	return failure_new(
		text_format("--limit %s", spec_format(spec)), error,
		capabilities_have(CAP_SYS_RESOURCE)
			? "SYS_RESOURCE is of no use for that in a user namespace, nor above "
			  "fs.nr_open: give the container the limit instead, as by docker run "
			  "--ulimit"
			: "that needs SYS_RESOURCE, which Docker's default lacks: give the "
			  "container the limit instead, as by docker run --ulimit",
		"cannot raise the hard limit, which is %s", value_format(hard));
}

/* Only the hard limit, and only upwards: what PID 1 itself may use stays as it is. A dry run puts
 * it back, which anybody may. */
static const struct failure *hard_limit_raise(const struct limit_spec *spec, bool dry_run)
{
	struct rlimit now;

	if (getrlimit(spec->resource, &now))
		return failure_new(text_format("--limit %s", spec_format(spec)), errno, NULL,
				   "cannot read this limit");
	if (spec->limit.rlim_max <= now.rlim_max)
		return NULL;
	if (setrlimit(spec->resource, &(struct rlimit){ now.rlim_cur, spec->limit.rlim_max }))
		return limit_refuse(spec, now.rlim_max, errno);
	if (dry_run && setrlimit(spec->resource, &now))
		return failure_new(text_format("--limit %s", spec_format(spec)), errno, NULL,
				   "cannot put this limit back");
	return NULL;
}

void limits_check(struct run *run, struct outlook *outlook)
{
	for (size_t i = 0; i < run->plan->limit_count; i++) {
		const struct limit_spec *spec = &run->plan->limits[i];
		const struct failure *failure = hard_limit_raise(spec, true);

		if (failure)
			outlook_refuse(outlook, spec_format(spec), failure);
		else
			outlook_say(outlook, true, "%s", spec_format(spec));
	}
}

const struct failure *limits_run(struct run *run)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < run->plan->limit_count; i++)
		failure = hard_limit_raise(&run->plan->limits[i], false);
	return failure;
}

int limits_apply(const struct plan *plan)
{
	for (size_t i = 0; i < plan->limit_count; i++) {
		const struct limit_spec *spec = &plan->limits[i];
		struct rlimit now;

		if (setrlimit(spec->resource, &spec->limit) || getrlimit(spec->resource, &now))
			return -errno;
		if (now.rlim_cur != spec->limit.rlim_cur || now.rlim_max != spec->limit.rlim_max)
			return -ENOEFFECT;
	}
	return 0;
}
