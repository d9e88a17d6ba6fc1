#include "seccomp/compiler/semantics.h"

#include "seccomp/names/arch_syscall.h"

#include <errno.h>
#include <stdlib.h>

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

static void entries_add(struct semantics *semantics, size_t index)
{
	const struct clause *clause = &semantics->ruleset->clauses[index];
	const struct arch *arch = arch_get(semantics->arch);
	struct entry entry = { .action = clause->action, .clause = index };
	uint32_t call;

	if (arch_syscall_multiplexed(semantics->arch, clause->name, &entry.number, &call)) {
		struct entry selected = entry;

		selected.conditions[selected.condition_count++] =
			(struct condition){ .index = 0, .comparison = SCMP_CMP_EQ, .value = call };
		conditions_copy(clause, arch, true, &selected);
		semantics->entries[semantics->entry_count++] = selected;
	}
	if (arch_syscall_number(semantics->arch, clause->name, &entry.number)) {
		conditions_copy(clause, arch, false, &entry);
		semantics->entries[semantics->entry_count++] = entry;
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

bool semantics_build(const struct ruleset *ruleset, size_t which, struct semantics *ret_semantics)
{
	size_t room = ruleset->clause_count * ENTRIES_PER_CLAUSE;

	*ret_semantics = (struct semantics){ .ruleset = ruleset, .arch = ruleset->arches[which] };
	ret_semantics->entries = calloc(room + 1, sizeof(*ret_semantics->entries));
	if (!ret_semantics->entries)
		return false;
	ret_semantics->age_known = ruleset_newer_is_enosys(ruleset) && ruleset->ages_known[which];
	ret_semantics->age = ruleset->ages[which];
	for (size_t i = 0; i < ruleset->clause_count; i++)
		entries_add(ret_semantics, i);
	qsort(ret_semantics->entries, ret_semantics->entry_count, sizeof(*ret_semantics->entries),
	      entry_compare);
	return true;
}

void semantics_free(struct semantics *semantics)
{
	free(semantics->entries);
	*semantics = (struct semantics){ 0 };
}

static bool ruleset_has(const struct ruleset *ruleset, uint32_t token)
{
	for (size_t i = 0; i < ruleset->arch_count; i++) {
		if (arch_get(ruleset->arches[i])->token == token)
			return true;
	}
	return false;
}

bool semantics_own(const struct semantics *semantics, uint32_t number)
{
	const uint32_t token = arch_get(semantics->arch)->token;

	if (token == SCMP_ARCH_X32)
		return number >= ARCH_X32_BIT;
	return token != SCMP_ARCH_X86_64 || number < ARCH_X32_BIT ||
	       !ruleset_has(semantics->ruleset, SCMP_ARCH_X32);
}

struct entry_range semantics_entries(const struct semantics *semantics, uint32_t number)
{
	size_t low = 0, high = semantics->entry_count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (semantics->entries[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < semantics->entry_count; end++) {
		if (semantics->entries[end].number != number)
			break;
	}
	return (struct entry_range){ .first = &semantics->entries[low], .count = end - low };
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

/* The entry that decides, or NULL: the first without a condition, else the first that holds. */
static const struct entry *entry_choose(const struct semantics *semantics,
					const struct seccomp_data *data)
{
	struct entry_range range = semantics_entries(semantics, (uint32_t)data->nr);
	uint64_t arguments[ARGUMENTS_MAX];

	for (size_t i = 0; i < ARGUMENTS_MAX; i++)
		arguments[i] = data->args[i] & (arch_get(semantics->arch)->narrow ? NARROW : ~0ULL);
	for (size_t i = 0; i < range.count; i++) {
		if (range.first[i].condition_count == 0)
			return &range.first[i];
	}
	for (size_t i = 0; i < range.count; i++) {
		if (entry_holds(&range.first[i], arguments))
			return &range.first[i];
	}
	return NULL;
}

/* Is ENOSYS the answer before any rule is looked at? */
static bool decide_early(const struct semantics *semantics, uint32_t number,
			 enum reason *ret_reason)
{
	const uint32_t token = arch_get(semantics->arch)->token;

	if (token == SCMP_ARCH_X86_64 && number >= ARCH_X32_BIT) {
		*ret_reason = REASON_ABI;
		return true;
	}
	*ret_reason = REASON_NEWER;
	if (!semantics->age_known)
		return false;
	/* s390 passes numbers that it does not know as 0, setup(2), which nobody calls. */
	if ((token == SCMP_ARCH_S390 || token == SCMP_ARCH_S390X) && number == 0)
		return true;
	return number > semantics->age;
}

struct decision semantics_decide(const struct semantics *semantics, const struct seccomp_data *data)
{
	struct decision decision = { .action = SCMP_ACT_ERRNO(ENOSYS) };

	if (decide_early(semantics, (uint32_t)data->nr, &decision.reason))
		return decision;
	decision.entry = entry_choose(semantics, data);
	decision.reason = decision.entry ? REASON_RULE : REASON_DEFAULT;
	decision.action = decision.entry ? decision.entry->action
					 : semantics->ruleset->profile->default_action;
	return decision;
}
