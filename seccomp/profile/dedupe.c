#include "seccomp/profile/dedupe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* When two clauses apply. */
static int clause_compare(const struct clause *left, const struct clause *right)
{
	int order = strcmp(left->name, right->name);

	if (!order)
		order = number_compare(left->condition_count, right->condition_count);
	for (size_t i = 0; !order && i < left->condition_count; i++)
		order = condition_compare(&left->conditions[i], &right->conditions[i]);
	return order;
}

/* By name, the first unconditional clause foremost, repetitions side by side. */
static int pointer_compare(const void *a, const void *b)
{
	const struct clause *left = *(const struct clause *const *)a;
	const struct clause *right = *(const struct clause *const *)b;
	int order = clause_compare(left, right);

	/* clauses of one array: their addresses have the profile's order */
	return order ? order : (left > right) - (left < right);
}

static void clause_swallowed(const struct clause *clause, const struct clause *winner,
			     struct findings *findings)
{
	char place[PLACE_MAX];

	if (clause->condition_count == 0 && clause->action == winner->action)
		return; /* the same thing said twice */
	snprintf(place, sizeof(place), "syscalls[%zu]", clause->rule);
	findings_add(findings, FINDING_WARNING, place,
		     "has no effect on '%s': syscalls[%zu] decides on it without a condition",
		     clause->name, winner->rule);
}

static void clause_repeated(const struct clause *clause, const struct clause *first,
			    struct findings *findings)
{
	char place[PLACE_MAX];

	if (clause->action == first->action)
		return;
	snprintf(place, sizeof(place), "syscalls[%zu]", clause->rule);
	findings_add(findings, FINDING_ERROR, place, "contradicts syscalls[%zu] on '%s'",
		     first->rule, clause->name);
}

/* Mark what is pointless among clauses that are sorted, by taking its name away. */
static void clauses_mark(struct clause **sorted, size_t count, struct findings *findings)
{
	struct clause *first = NULL; /* of the clauses for one syscall */
	struct clause *kept = NULL;  /* the last one that was not marked */

	for (size_t i = 0; i < count; i++) {
		struct clause *clause = sorted[i];

		if (!first || strcmp(first->name, clause->name) != 0) {
			first = kept = clause;
		} else if (first->condition_count == 0) {
			clause_swallowed(clause, first, findings);
			clause->name = NULL;
		} else if (clause_compare(kept, clause) == 0) {
			clause_repeated(clause, kept, findings);
			clause->name = NULL;
		} else {
			kept = clause;
		}
	}
}

bool ruleset_dedupe(struct ruleset *ruleset, struct findings *findings)
{
	struct clause **sorted = calloc(ruleset->clause_count + 1, sizeof(struct clause *));
	size_t kept = 0, errors = findings->counts[FINDING_ERROR];

	if (!sorted) {
		findings_add(findings, FINDING_ERROR, "", "out of memory");
		return false;
	}
	for (size_t i = 0; i < ruleset->clause_count; i++)
		sorted[i] = &ruleset->clauses[i];
	qsort(sorted, ruleset->clause_count, sizeof(struct clause *), pointer_compare);
	clauses_mark(sorted, ruleset->clause_count, findings);
	for (size_t i = 0; i < ruleset->clause_count; i++) {
		if (ruleset->clauses[i].name)
			ruleset->clauses[kept++] = ruleset->clauses[i];
	}
	ruleset->clause_count = kept;
	free(sorted);
	return findings->counts[FINDING_ERROR] == errors;
}
