#include "init/steps/step_down.h"

#include "init/privileges/credentials.h"
#include "init/privileges/drop.h"
#include "init/privileges/user.h"
#include "init/steps/trial.h"
#include "init/sys/message.h"
#include "init/sys/text.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

const struct failure *step_down_require(struct run *run)
{
	return run->plan->becomes ? run->plan->identity.unresolved : privileges_obstacle(run->plan);
}

/* Groups that we have and the user will not: a platform may have given them (fsGroup). */
static const char *lost_groups_format(const struct plan *plan)
{
	const struct identity *identity = &plan->identity;
	const char *lost = "";
	gid_t *groups;
	int count;

	if (credentials_groups(&groups, &count))
		return "";
	for (int i = 0; i < count; i++) {
		bool kept = groups[i] == identity->gid || groups[i] == 0;

		for (size_t j = 0; j < identity->group_count; j++)
			kept |= groups[i] == identity->groups[j];
		if (!kept)
			lost = text_format("%s %u", lost, groups[i]);
	}
	free(groups);
	return *lost ? text_format(" (without%s, which we were started with: --groups keep keeps "
				   "them)",
				   lost)
		     : "";
}

static const char *identity_describe(const struct run *run)
{
	const struct plan *plan = run->plan;
	const struct identity *identity = &plan->identity;
	const char *groups = identity->group_count ? "" : " none";
	const char *capabilities =
		run->ports.keeps == BIND_COMMAND ? "only CAP_NET_BIND_SERVICE" : "no capabilities";
	char name[LOGIN_NAME_MAX + 32];

	for (size_t i = 0; i < identity->group_count; i++)
		groups = text_format("%s %u", groups, identity->groups[i]);
	return text_format("%s, groups%s%s, HOME=%s, %s%s",
			   identity_format(identity, name, sizeof(name)), groups,
			   lost_groups_format(plan),
			   identity->home && *identity->home ? identity->home : "/", capabilities,
			   plan->allow_new_privs ? ", new privileges allowed" : ", no_new_privs");
}

const struct failure *step_down_run(struct run *run)
{
	const struct plan *plan = run->plan;
	const char *description = plan->drops ? identity_describe(run) : "";
	const struct failure *failure =
		privileges_drop(plan, run->ports.keeps, run->unotify.filtered);

	if (!failure)
		failure = start_watch_parent(plan->parent_death_signal, run->inherited.parent);
	if (!failure && plan->drops)
		message(MESSAGE_INFO, "user: %s, seccomp '%s'", description, run->profile.name);
	return failure;
}

void step_down_check(struct run *run, struct outlook *outlook)
{
	const struct plan *plan = run->plan;
	const struct failure *failure = step_down_require(run);
	const char *obstacle = NULL;
	char name[LOGIN_NAME_MAX + 32];

	if (!failure && plan->drops)
		obstacle = trial_ask(run, NULL, NULL);
	outlook->no_drop = failure || obstacle;
	if (plan->identity.unresolved)
		outlook_refuse(outlook, plan->user ? plan->user : plan->user_from, failure);
	else if (failure)
		outlook_refuse(outlook, identity_format(&plan->identity, name, sizeof(name)),
			       failure);
	else if (obstacle)
		outlook_say(outlook, false, "%s: %s",
			    identity_format(&plan->identity, name, sizeof(name)), obstacle);
	else if (!plan->drops)
		outlook_say(outlook, true, "stays %u:%u: no --user was given", geteuid(),
			    getegid());
	else
		outlook_say(outlook, true, "%s", identity_describe(run));
}
