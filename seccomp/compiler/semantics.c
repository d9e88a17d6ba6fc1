#include "seccomp/compiler/semantics.h"

#include <errno.h>

static bool ruleset_has(const struct ruleset *ruleset, uint32_t token)
{
	for (size_t i = 0; i < ruleset->arch_count; i++) {
		if (arch_get(ruleset->arches[i].arch)->token == token)
			return true;
	}
	return false;
}

bool rules_own(const struct arch_rules *rules, uint32_t number)
{
	const uint32_t token = arch_get(rules->arch)->token;

	if (token == SCMP_ARCH_X32)
		return number >= ARCH_X32_BIT;
	return token != SCMP_ARCH_X86_64 || number < ARCH_X32_BIT ||
	       !ruleset_has(rules->ruleset, SCMP_ARCH_X32);
}

struct entry_range rules_entries(const struct arch_rules *rules, uint32_t number)
{
	size_t low = 0, high = rules->count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rules->entries[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < rules->count; end++) {
		if (rules->entries[end].number != number)
			break;
	}
	return (struct entry_range){ .first = &rules->entries[low], .count = end - low };
}

bool condition_holds(const struct condition *condition, const uint64_t *arguments)
{
	uint64_t argument = arguments[condition->index];

	switch (condition->comparison) {
	case SCMP_CMP_NE:
		return argument != condition->value;
	case SCMP_CMP_LT:
		return argument < condition->value;
	case SCMP_CMP_LE:
		return argument <= condition->value;
	case SCMP_CMP_EQ:
		return argument == condition->value;
	case SCMP_CMP_GE:
		return argument >= condition->value;
	case SCMP_CMP_GT:
		return argument > condition->value;
	default: /* SCMP_CMP_MASKED_EQ */
		return (argument & condition->value) == condition->value_two;
	}
}

static bool entry_holds(const struct entry *entry, const uint64_t *arguments)
{
	for (size_t i = 0; i < entry->condition_count; i++) {
		if (!condition_holds(&entry->conditions[i], arguments))
			return false;
	}
	return true;
}

/* The entry that decides, or NULL: the first that holds. */
static const struct entry *entry_choose(const struct arch_rules *rules,
					const struct seccomp_data *data)
{
	struct entry_range range = rules_entries(rules, (uint32_t)data->nr);
	uint64_t arguments[ARGUMENTS_MAX];

	for (size_t i = 0; i < ARGUMENTS_MAX; i++)
		arguments[i] = data->args[i] & (arch_get(rules->arch)->narrow ? UINT32_MAX : ~0ULL);
	for (const struct entry *entry = range.first; entry < range.first + range.count; entry++) {
		if (entry_holds(entry, arguments))
			return entry;
	}
	return NULL;
}

/* Is ENOSYS the answer before any rule is looked at? */
static bool decide_early(const struct arch_rules *rules, uint32_t number, enum reason *ret_reason)
{
	const uint32_t token = arch_get(rules->arch)->token;

	if (token == SCMP_ARCH_X86_64 && number >= ARCH_X32_BIT) {
		*ret_reason = REASON_ABI;
		return true;
	}
	*ret_reason = REASON_NEWER;
	if (!ruleset_newer_is_enosys(rules->ruleset) || !rules->newest_known)
		return false;
	/* s390 passes numbers that it does not know as 0, setup(2), which nobody calls. */
	if ((token == SCMP_ARCH_S390 || token == SCMP_ARCH_S390X) && number == 0)
		return true;
	return number > rules->newest;
}

struct decision rules_decide(const struct arch_rules *rules, const struct seccomp_data *data)
{
	struct decision decision = { .action = SCMP_ACT_ERRNO(ENOSYS) };

	if (decide_early(rules, (uint32_t)data->nr, &decision.reason))
		return decision;
	decision.entry = entry_choose(rules, data);
	decision.reason = decision.entry ? REASON_RULE : REASON_DEFAULT;
	decision.action =
		decision.entry ? decision.entry->action : rules->ruleset->profile->default_action;
	return decision;
}
