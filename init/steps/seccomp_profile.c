#include "init/steps/seccomp_profile.h"

#include "init/filter/profile.h"

#include <sys/prctl.h>

static const struct failure *profile_find(struct run *run)
{
	const struct failure *failure = profile_load(run->plan, run->ports.keeps, &run->profile);
	const struct filter *profile = &run->profile;
	const char *refused = failure ? NULL : filter_refused_start(profile);

	if (failure || !profile->program.len)
		return failure;
	if (refused)
		return failure_new(NULL, 0, "drop-seccomp check says more",
				   "profile '%s' does not plainly allow %s(2), so nothing could be "
				   "started under it, or end",
				   profile->name, refused);
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0)
		return NULL;
	return failure_new(NULL, 0,
			   "add --seccomp none to go without, or DROP_INIT_SECCOMP=none for an "
			   "emulated build alone",
			   "profile '%s': this kernel has no seccomp", profile->name);
}

void seccomp_profile_check(struct run *run, struct outlook *outlook)
{
	const struct failure *failure = profile_find(run);

	if (failure)
		outlook_refuse(outlook, run->plan->seccomp ? run->plan->seccomp : "", failure);
	else if (!run->profile.program.len)
		outlook_say(outlook, true, "none");
	else
		outlook_say(outlook, true, "profile '%s', %u instructions", run->profile.name,
			    run->profile.program.len);
}

const struct failure *seccomp_profile_run(struct run *run)
{
	return profile_find(run);
}
