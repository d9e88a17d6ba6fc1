#include "seccomp/policy.h"

#include "seccomp/effective.h"
#include "seccomp/syscalls.h"

#include <linux/seccomp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_MAX 64

static bool limits_include(const struct limits *limits, const struct target *target)
{
	if (limits->arches && !(limits->arches & (1U << target->arch)))
		return false;
	if (limits->capabilities & ~target->capabilities)
		return false;
	return target->kernel >= limits->min_kernel;
}

static bool limits_exclude(const struct limits *limits, const struct target *target)
{
	if (limits->arches & (1U << target->arch))
		return true;
	if (limits->capabilities & target->capabilities)
		return true;
	return limits->min_kernel && target->kernel >= limits->min_kernel;
}

static uint32_t arches_choose(const struct profile *profile, const struct target *target)
{
	if (target->arches)
		return target->arches;
	for (size_t i = 0; i < profile->arch_map_count; i++) {
		if (profile->arch_map[i].arch == target->arch)
			return profile->arch_map[i].sub_arches | 1U << target->arch;
	}
	return profile->arches | 1U << target->arch;
}

static void arches_list(uint32_t arches, struct policy *policy)
{
	policy->arches[policy->arch_count++] = policy->target.arch;
	for (unsigned int i = 0; i < arch_count(); i++) {
		if (i != policy->target.arch && (arches & (1U << i)))
			policy->arches[policy->arch_count++] = i;
	}
}

static void ages_raise(struct policy *policy, const char *name)
{
	uint32_t number;

	for (size_t i = 0; i < policy->arch_count; i++) {
		if (!syscall_age(name, policy->arches[i], &number))
			continue;
		/* runc takes 0 for none, which only differs for a profile of read(2) alone */
		if (number > policy->ages[i])
			policy->ages[i] = number;
		policy->ages_known[i] = policy->ages[i] > 0;
	}
}

static bool clause_add(struct policy *policy, const struct clause *clause)
{
	struct clause *list;

	/* Grown by doubling: the capacity is the next power of two. */
	if ((policy->clause_count & (policy->clause_count - 1)) == 0) {
		size_t capacity = policy->clause_count ? policy->clause_count * 2 : 1;

		list = realloc(policy->clauses, capacity * sizeof(*list));
		if (!list)
			return false;
		policy->clauses = list;
	}
	policy->clauses[policy->clause_count++] = *clause;
	return true;
}

static bool index_repeated(const struct rule *rule)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < rule->condition_count; i++) {
		unsigned int bit = 1U << rule->conditions[i].index;

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

/* A rule that names one argument twice is a list of rules with one condition each. */
static bool clauses_add(struct policy *policy, size_t index, const char *name)
{
	const struct rule *rule = &policy->profile->rules[index];
	struct clause clause = {
		.rule = index,
		.name = name,
		.action = rule->action,
		.conditions = rule->conditions,
		.condition_count = rule->condition_count,
	};

	if (!index_repeated(rule))
		return clause_add(policy, &clause);
	clause.condition_count = 1;
	for (size_t i = 0; i < rule->condition_count; i++) {
		clause.conditions = &rule->conditions[i];
		if (!clause_add(policy, &clause))
			return false;
	}
	return true;
}

static bool rule_add(struct policy *policy, size_t index, struct findings *findings)
{
	const struct rule *rule = &policy->profile->rules[index];
	bool redundant = rule->action == policy->profile->default_action;
	char place[PLACE_MAX];

	for (size_t i = 0; i < rule->name_count; i++) {
		if (!syscall_known(rule->names[i])) {
			snprintf(place, sizeof(place), "syscalls[%zu].names[%zu]", index, i);
			findings_add(findings, FINDING_UNKNOWN, place,
				     "unknown syscall '%s' is left out", rule->names[i]);
			continue;
		}
		ages_raise(policy, rule->names[i]);
		if (!redundant && !clauses_add(policy, index, rule->names[i]))
			return false;
	}
	snprintf(place, sizeof(place), "syscalls[%zu]", index);
	if (redundant)
		findings_add(findings, FINDING_WARNING, place,
			     "has no effect: its action is the default action");
	else if (rule->name_count == 0)
		findings_add(findings, FINDING_WARNING, place, "has no effect: it names nothing");
	return true;
}

bool policy_build(const struct profile *profile, const struct target *target,
		  struct findings *findings, struct policy *ret_policy)
{
	*ret_policy = (struct policy){ .profile = profile, .target = *target };
	arches_list(arches_choose(profile, target), ret_policy);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!limits_include(&rule->includes, target) ||
		    limits_exclude(&rule->excludes, target))
			continue;
		if (!rule_add(ret_policy, i, findings)) {
			findings_add(findings, FINDING_ERROR, "", "out of memory");
			return false;
		}
	}
	if (!clauses_reduce(ret_policy, findings)) {
		findings_add(findings, FINDING_ERROR, "", "out of memory");
		return false;
	}
	return true;
}

void policy_free(struct policy *policy)
{
	free(policy->clauses);
	*policy = (struct policy){ 0 };
}

bool policy_newer_is_enosys(const struct policy *policy)
{
	switch (policy->profile->default_action & SECCOMP_RET_ACTION_FULL) {
	case SCMP_ACT_ALLOW:
	case SCMP_ACT_LOG:
	case SCMP_ACT_TRACE(0):
		return false;
	default:
		return !policy->profile->default_errno_enosys;
	}
}
