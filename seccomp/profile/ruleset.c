#include "seccomp/profile/ruleset.h"

#include "seccomp/names/arch_syscall.h"
#include "seccomp/profile/dedupe.h"

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

static void arches_list(uint32_t arches, struct ruleset *ruleset)
{
	ruleset->arches[ruleset->arch_count++] = ruleset->target.arch;
	for (unsigned int i = 0; i < arch_count(); i++) {
		if (i != ruleset->target.arch && (arches & (1U << i)))
			ruleset->arches[ruleset->arch_count++] = i;
	}
}

static bool arches_check(const struct ruleset *ruleset, struct findings *findings)
{
	bool all = true;

	for (size_t i = 0; i < ruleset->arch_count; i++) {
		const char *obstacle = arch_obstacle(ruleset->arches[i]);

		if (!obstacle)
			continue;
		findings_add(findings, FINDING_ERROR, "", "cannot be compiled for %s here: %s",
			     arch_get(ruleset->arches[i])->scmp, obstacle);
		all = false;
	}
	return all;
}

static void ages_raise(struct ruleset *ruleset, const char *name)
{
	uint32_t number;

	for (size_t i = 0; i < ruleset->arch_count; i++) {
		if (!arch_syscall_age(ruleset->arches[i], name, &number))
			continue;
		/* runc takes 0 for none, which only differs for a profile of read(2) alone */
		if (number > ruleset->ages[i])
			ruleset->ages[i] = number;
		ruleset->ages_known[i] = ruleset->ages[i] > 0;
	}
}

static bool clause_add(struct ruleset *ruleset, const struct clause *clause)
{
	struct clause *list;

	/* Grown by doubling: the capacity is the next power of two. */
	if ((ruleset->clause_count & (ruleset->clause_count - 1)) == 0) {
		size_t capacity = ruleset->clause_count ? ruleset->clause_count * 2 : 1;

		list = realloc(ruleset->clauses, capacity * sizeof(*list));
		if (!list)
			return false;
		ruleset->clauses = list;
	}
	ruleset->clauses[ruleset->clause_count++] = *clause;
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
static bool clauses_add(struct ruleset *ruleset, size_t index, const char *name)
{
	const struct rule *rule = &ruleset->profile->rules[index];
	struct clause clause = {
		.rule = index,
		.name = name,
		.action = rule->action,
		.conditions = rule->conditions,
		.condition_count = rule->condition_count,
	};

	if (!index_repeated(rule))
		return clause_add(ruleset, &clause);
	clause.condition_count = 1;
	for (size_t i = 0; i < rule->condition_count; i++) {
		clause.conditions = &rule->conditions[i];
		if (!clause_add(ruleset, &clause))
			return false;
	}
	return true;
}

static bool rule_add(struct ruleset *ruleset, size_t index, struct findings *findings)
{
	const struct rule *rule = &ruleset->profile->rules[index];
	bool redundant = rule->action == ruleset->profile->default_action;
	char place[PLACE_MAX];

	for (size_t i = 0; i < rule->name_count; i++) {
		if (!syscall_exists(rule->names[i])) {
			snprintf(place, sizeof(place), "syscalls[%zu].names[%zu]", index, i);
			findings_add(findings, FINDING_UNKNOWN, place,
				     "unknown syscall '%s' is left out", rule->names[i]);
			continue;
		}
		ages_raise(ruleset, rule->names[i]);
		if (!redundant && !clauses_add(ruleset, index, rule->names[i]))
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

bool ruleset_resolve(const struct profile *profile, const struct target *target,
		     struct findings *findings, struct ruleset *ret_ruleset)
{
	*ret_ruleset = (struct ruleset){ .profile = profile, .target = *target };
	arches_list(arches_choose(profile, target), ret_ruleset);
	if (!arches_check(ret_ruleset, findings))
		return false;
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!limits_include(&rule->includes, target) ||
		    limits_exclude(&rule->excludes, target))
			continue;
		if (!rule_add(ret_ruleset, i, findings)) {
			findings_add(findings, FINDING_ERROR, "", "out of memory");
			return false;
		}
	}
	return ruleset_dedupe(ret_ruleset, findings);
}

void ruleset_free(struct ruleset *ruleset)
{
	free(ruleset->clauses);
	*ruleset = (struct ruleset){ 0 };
}

bool ruleset_newer_is_enosys(const struct ruleset *ruleset)
{
	switch (ruleset->profile->default_action & SECCOMP_RET_ACTION_FULL) {
	case SCMP_ACT_ALLOW:
	case SCMP_ACT_LOG:
	case SCMP_ACT_TRACE(0):
		return false;
	default:
		return !ruleset->profile->default_errno_enosys;
	}
}
