#include "seccomp/profile/dedupe.h"

#include <stdio.h>
#include <stdlib.h>

#define PLACE_MAX 64

static int number_compare(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

static int condition_compare(const struct condition *left, const struct condition *right)
{
	int order = number_compare(left->index, right->index);

	if (!order)
		order = number_compare(left->comparison, right->comparison);
	if (!order)
		order = number_compare(left->value, right->value);
	if (!order)
		order = number_compare(left->value_two, right->value_two);
	return order;
}

/* When two entries apply. */
static int when_compare(const struct entry *left, const struct entry *right)
{
	int order = number_compare(left->number, right->number);

	if (!order)
		order = number_compare(left->condition_count, right->condition_count);
	for (size_t i = 0; !order && i < left->condition_count; i++)
		order = condition_compare(&left->conditions[i], &right->conditions[i]);
	return order;
}

/* By number, the first unconditional entry foremost, repetitions side by side. */
static int pointer_compare(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
	int order = when_compare(left, right);

	/* entries of one array: their addresses have the profile's order */
	return order ? order : (left > right) - (left < right);
}

static void entry_swallowed(const struct entry *entry, const struct entry *winner,
			    struct findings *findings)
{
	char place[PLACE_MAX];

	if (entry->condition_count == 0 && entry->action == winner->action)
		return; /* the same thing said twice */
	snprintf(place, sizeof(place), "syscalls[%zu]", entry->rule);
	findings_add(findings, FINDING_WARNING, place,
		     "has no effect on '%s': syscalls[%zu] decides on it without a condition",
		     entry->name, winner->rule);
}

static void entry_repeated(const struct entry *entry, const struct entry *first,
			   struct findings *findings)
{
	char place[PLACE_MAX];

	if (entry->action == first->action)
		return;
	snprintf(place, sizeof(place), "syscalls[%zu]", entry->rule);
	findings_add(findings, FINDING_ERROR, place, "contradicts syscalls[%zu] on '%s'",
		     first->rule, entry->name);
}

/* Mark what is pointless among entries that are sorted, by taking its name away. */
static void entries_mark(struct entry **sorted, size_t count, bool warn, struct findings *findings)
{
	const struct entry *first = NULL; /* of the entries for one call */
	const struct entry *kept = NULL;  /* the last one that was not marked */

	for (size_t i = 0; i < count; i++) {
		struct entry *entry = sorted[i];

		if (!first || first->number != entry->number) {
			first = kept = entry;
		} else if (first->condition_count == 0) {
			if (warn)
				entry_swallowed(entry, first, findings);
			entry->name = NULL;
		} else if (when_compare(kept, entry) == 0) {
			if (warn)
				entry_repeated(entry, kept, findings);
			entry->name = NULL;
		} else {
			kept = entry;
		}
	}
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
	int order = number_compare(left->number, right->number);

	return order ? order : (left > right) - (left < right);
}

void rules_dedupe(struct arch_rules *rules, bool warn, struct findings *findings)
{
	struct entry **sorted = calloc(rules->count + 1, sizeof(struct entry *));
	struct entry *entries = calloc(rules->count + 1, sizeof(struct entry));
	size_t kept = 0;

	for (size_t i = 0; sorted && i < rules->count; i++)
		sorted[i] = &rules->entries[i];
	if (sorted && entries) {
		qsort(sorted, rules->count, sizeof(struct entry *), pointer_compare);
		entries_mark(sorted, rules->count, warn, findings);
		qsort(sorted, rules->count, sizeof(struct entry *), entry_compare);
		for (size_t i = 0; i < rules->count; i++) {
			if (sorted[i]->name)
				entries[kept++] = *sorted[i];
		}
		free(rules->entries);
		rules->entries = entries;
		rules->count = kept;
	} else {
		findings_add(findings, FINDING_ERROR, "", "out of memory");
		free(entries);
	}
	free(sorted);
}
