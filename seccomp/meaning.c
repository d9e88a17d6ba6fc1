#include "seccomp/meaning.h"

#include "seccomp/syscalls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NARROW 0xffffffffU

/* Room for a clause's own number and the one that it has behind socketcall(2). */
#define ENTRIES_PER_CLAUSE 2

static bool condition_trivial(const struct condition *condition)
{
	return condition->comparison == SCMP_CMP_MASKED_EQ && condition->value == 0;
}

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

/* Add the clause's conditions, but for the argument that selects behind socketcall(2). */
static void conditions_copy(const struct clause *clause, const struct arch *arch, bool selected,
			    struct entry *entry)
{
	for (size_t i = 0; i < clause->condition_count; i++) {
		struct condition condition = condition_on(&clause->conditions[i], arch);

		if (condition_trivial(&condition) || (selected && condition.index == 0))
			continue;
		entry->conditions[entry->condition_count++] = condition;
	}
}

static void entries_add(struct meaning *meaning, size_t index)
{
	const struct clause *clause = &meaning->policy->clauses[index];
	const struct arch *arch = arch_get(meaning->arch);
	struct entry entry = { .action = clause->action, .clause = index };
	uint32_t call;

	if (syscall_multiplexed(clause->name, meaning->arch, &entry.number, &call)) {
		struct entry selected = entry;

		selected.conditions[selected.condition_count++] =
			(struct condition){ .index = 0, .comparison = SCMP_CMP_EQ, .value = call };
		conditions_copy(clause, arch, true, &selected);
		meaning->entries[meaning->entry_count++] = selected;
	}
	if (syscall_number(clause->name, meaning->arch, &entry.number)) {
		conditions_copy(clause, arch, false, &entry);
		meaning->entries[meaning->entry_count++] = entry;
	}
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	if (left->clause != right->clause)
		return left->clause < right->clause ? -1 : 1;
	return 0;
}

bool meaning_build(const struct policy *policy, size_t which, struct meaning *ret_meaning)
{
	size_t room = policy->clause_count * ENTRIES_PER_CLAUSE;

	*ret_meaning = (struct meaning){ .policy = policy, .arch = policy->arches[which] };
	ret_meaning->entries = calloc(room + 1, sizeof(*ret_meaning->entries));
	if (!ret_meaning->entries)
		return false;
	ret_meaning->age_known = policy_newer_is_enosys(policy) && policy->ages_known[which];
	ret_meaning->age = policy->ages[which];
	for (size_t i = 0; i < policy->clause_count; i++)
		entries_add(ret_meaning, i);
	qsort(ret_meaning->entries, ret_meaning->entry_count, sizeof(*ret_meaning->entries),
	      entry_compare);
	return true;
}

void meaning_free(struct meaning *meaning)
{
	free(meaning->entries);
	*meaning = (struct meaning){ 0 };
}

struct entry_range meaning_entries(const struct meaning *meaning, uint32_t number)
{
	size_t low = 0, high = meaning->entry_count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (meaning->entries[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < meaning->entry_count; end++) {
		if (meaning->entries[end].number != number)
			break;
	}
	return (struct entry_range){ .first = &meaning->entries[low], .count = end - low };
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

bool entry_holds(const struct entry *entry, const uint64_t *arguments)
{
	for (size_t i = 0; i < entry->condition_count; i++) {
		if (!condition_holds(&entry->conditions[i], arguments))
			return false;
	}
	return true;
}

/* The arguments as this architecture compares them. */
static void arguments_take(const struct meaning *meaning, const struct seccomp_data *data,
			   uint64_t ret_arguments[ARGUMENTS_MAX])
{
	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		ret_arguments[i] = data->args[i];
		if (arch_get(meaning->arch)->narrow)
			ret_arguments[i] &= NARROW;
	}
}

static const struct entry *entry_unconditional(struct entry_range range)
{
	for (const struct entry *entry = range.first; entry < range.first + range.count; entry++) {
		if (entry->condition_count == 0)
			return entry;
	}
	return NULL;
}

/* Does number have a form that this architecture's syscalls don't? */
static bool number_foreign(const struct meaning *meaning, uint32_t number)
{
	const struct policy *policy = meaning->policy;

	if (arch_get(meaning->arch)->token != SCMP_ARCH_X86_64 || number < ARCH_X32_BIT)
		return false;
	for (size_t i = 0; i < policy->arch_count; i++) {
		if (arch_get(policy->arches[i])->token == SCMP_ARCH_X32)
			return false;
	}
	return true;
}

/* What is decided before any rule is looked at. */
static bool decide_early(const struct meaning *meaning, uint32_t number, struct decision *decision)
{
	const struct arch *arch = arch_get(meaning->arch);

	decision->action = SCMP_ACT_ERRNO(ENOSYS);
	decision->reason = REASON_NEWER;
	if (number_foreign(meaning, number)) {
		decision->reason = REASON_ABI;
		return true;
	}
	if (!meaning->age_known)
		return false;
	/* s390 passes numbers that it does not know as 0, setup(2), which nobody calls. */
	if ((arch->token == SCMP_ARCH_S390 || arch->token == SCMP_ARCH_S390X) && number == 0)
		return true;
	return number > meaning->age;
}

struct decision meaning_decide(const struct meaning *meaning, const struct seccomp_data *data)
{
	struct entry_range range = meaning_entries(meaning, (uint32_t)data->nr);
	struct decision decision = { .entry = NULL };
	uint64_t arguments[ARGUMENTS_MAX];

	if (decide_early(meaning, (uint32_t)data->nr, &decision))
		return decision;
	decision.action = meaning->policy->profile->default_action;
	decision.reason = REASON_DEFAULT;
	decision.entry = entry_unconditional(range);
	arguments_take(meaning, data, arguments);
	for (size_t i = 0; i < range.count && !(decision.entry && !decision.entry->condition_count);
	     i++) {
		if (!entry_holds(&range.first[i], arguments))
			continue;
		if (!decision.entry)
			decision.entry = &range.first[i];
		else if (range.first[i].action != decision.entry->action)
			decision.open = true;
	}
	if (decision.entry) {
		decision.action = decision.entry->action;
		decision.reason = REASON_RULE;
	}
	return decision;
}

bool meaning_allows(const struct meaning *meaning, const struct seccomp_data *data, uint32_t action)
{
	struct decision decision = meaning_decide(meaning, data);
	struct entry_range range = meaning_entries(meaning, (uint32_t)data->nr);
	uint64_t arguments[ARGUMENTS_MAX];

	if (decision.action == action)
		return true;
	if (!decision.open)
		return false;
	arguments_take(meaning, data, arguments);
	for (size_t i = 0; i < range.count; i++) {
		if (range.first[i].action == action && entry_holds(&range.first[i], arguments))
			return true;
	}
	return false;
}
