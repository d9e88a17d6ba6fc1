#include "seccomp/profile/ruleset.h"

#include "seccomp/names/arch_syscall.h"
#include "seccomp/profile/dedupe.h"

#include <stdio.h>
#include <stdlib.h>

#define PLACE_MAX   64
#define NARROW	    0xffffffffU
#define ENTRIES_MAX 100000 /* of an architecture; a filter has 4096 instructions */

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

static void arch_add(struct ruleset *ruleset, unsigned int arch, struct findings *findings)
{
	const char *obstacle = arch_obstacle(arch);

	ruleset->arches[ruleset->arch_count++] =
		(struct arch_rules){ .arch = arch, .ruleset = ruleset };
	if (obstacle)
		findings_add(findings, FINDING_ERROR, "", "cannot be compiled for %s here: %s",
			     arch_get(arch)->scmp, obstacle);
}

static void arches_add(struct ruleset *ruleset, struct findings *findings)
{
	const uint32_t arches = arches_choose(ruleset->profile, &ruleset->target);

	arch_add(ruleset, ruleset->target.arch, findings);
	for (unsigned int i = 0; i < arch_count(); i++) {
		if (i != ruleset->target.arch && (arches & (1U << i)))
			arch_add(ruleset, i, findings);
	}
}

/* --- one call of one architecture ----------------------------------------------------------- */

static struct condition condition_on(const struct condition *condition, const struct arch *arch)
{
	struct condition result = *condition;

	if (arch->narrow) {
		result.value &= NARROW;
		result.value_two &= NARROW;
	}
	/* libseccomp, and so runc, ignore what is outside the mask. */
	if (result.comparison == SCMP_CMP_MASKED_EQ)
		result.value_two &= result.value;
	return result;
}

static bool entry_add(struct arch_rules *rules, const struct entry *entry)
{
	/* Grown by doubling: the capacity is the next power of two. */
	if ((rules->count & (rules->count - 1)) == 0) {
		size_t capacity = rules->count ? rules->count * 2 : 1;
		struct entry *entries = rules->count < ENTRIES_MAX
						? realloc(rules->entries, capacity * sizeof(*entry))
						: NULL;

		if (!entries)
			return false;
		rules->entries = entries;
	}
	rules->entries[rules->count++] = *entry;
	return true;
}

/* Add the conditions; an argument that selects the call behind socketcall(2) has no others. */
static bool entry_finish(struct arch_rules *rules, struct entry entry,
			 const struct condition *conditions, size_t count)
{
	const bool selected = entry.condition_count > 0;

	for (size_t i = 0; i < count; i++) {
		struct condition condition = condition_on(&conditions[i], arch_get(rules->arch));
		bool always = condition.comparison == SCMP_CMP_MASKED_EQ && condition.value == 0;

		if (!always && !(selected && condition.index == 0))
			entry.conditions[entry.condition_count++] = condition;
	}
	return entry_add(rules, &entry);
}

static bool call_add(struct arch_rules *rules, const struct entry *common,
		     const struct condition *conditions, size_t count)
{
	struct entry entry = *common;
	uint32_t call;

	if (arch_syscall_multiplexed(rules->arch, entry.name, &entry.number, &call)) {
		entry.conditions[0] =
			(struct condition){ .comparison = SCMP_CMP_EQ, .value = call };
		entry.condition_count = 1;
		if (!entry_finish(rules, entry, conditions, count))
			return false;
		entry.condition_count = 0;
	}
	return !arch_syscall_number(rules->arch, entry.name, &entry.number) ||
	       entry_finish(rules, entry, conditions, count);
}

/* --- one rule ------------------------------------------------------------------------------- */

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

static void newest_raise(struct arch_rules *rules, const char *name)
{
	uint32_t number;

	if (!arch_syscall_age(rules->arch, name, &number))
		return;
	/* runc takes 0 for none, which only differs for a profile of read(2) alone */
	if (number > rules->newest)
		rules->newest = number;
	rules->newest_known = rules->newest > 0;
}

/* A rule that names one argument twice is a list of rules with one condition each. */
static bool name_add(struct ruleset *ruleset, const struct entry *common, bool redundant)
{
	const struct rule *rule = &ruleset->profile->rules[common->rule];
	const size_t step = index_repeated(rule) ? 1 : rule->condition_count;

	for (size_t i = 0; i < ruleset->arch_count; i++) {
		struct arch_rules *rules = &ruleset->arches[i];
		size_t at = 0;

		newest_raise(rules, common->name);
		do {
			const struct condition *conditions = step ? &rule->conditions[at] : NULL;

			if (!redundant && !call_add(rules, common, conditions, step))
				return false;
			at += step;
		} while (at < rule->condition_count);
	}
	return true;
}

static bool rule_add(struct ruleset *ruleset, size_t index, struct findings *findings)
{
	const struct rule *rule = &ruleset->profile->rules[index];
	bool redundant = rule->action == ruleset->profile->default_action;
	char place[PLACE_MAX];

	for (size_t i = 0; i < rule->name_count; i++) {
		const struct entry common = { .action = rule->action,
					      .rule = index,
					      .name = rule->names[i] };

		snprintf(place, sizeof(place), "syscalls[%zu].names[%zu]", index, i);
		if (!syscall_exists(common.name))
			findings_add(findings, FINDING_UNKNOWN, place,
				     "unknown syscall '%s' is left out", common.name);
		else if (!name_add(ruleset, &common, redundant))
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
	const size_t errors = findings->counts[FINDING_ERROR];

	*ret_ruleset = (struct ruleset){ .profile = profile, .target = *target };
	arches_add(ret_ruleset, findings);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!limits_include(&rule->includes, target) ||
		    limits_exclude(&rule->excludes, target))
			continue;
		if (!rule_add(ret_ruleset, i, findings)) {
			findings_add(findings, FINDING_ERROR, "syscalls",
				     "has more rules than a filter or the memory can hold");
			return false;
		}
	}
	for (size_t i = 0; i < ret_ruleset->arch_count; i++)
		rules_dedupe(&ret_ruleset->arches[i], i == 0, findings);
	return findings->counts[FINDING_ERROR] == errors;
}

void ruleset_free(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->arch_count; i++)
		free(ruleset->arches[i].entries);
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
