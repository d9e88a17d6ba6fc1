/* semantics.h: what a ruleset says about a system call on one architecture: the yardstick for
 * filters.
 *
 * Of the clauses for one call the first that has no condition decides, whatever else there is; else
 * the first whose conditions hold, in the profile's order.
 */
#ifndef SEMANTICS_H
#define SEMANTICS_H

#include "seccomp/profile/ruleset.h"

/* A clause as one architecture has it: behind socketcall(2) an argument selects the call, and on 32
 * bits only half of a value counts.
 */
struct entry {
	uint32_t number;
	uint32_t action;
	size_t clause; /* index in the ruleset's clauses */
	struct condition conditions[ARGUMENTS_MAX];
	size_t condition_count;
};

struct semantics {
	const struct ruleset *ruleset;
	unsigned int arch;
	bool age_known; /* is anything above age ENOSYS? */
	uint32_t age;
	struct entry *entries; /* by number, and in the profile's order for each */
	size_t entry_count;
};

/* Which entries are about one call: count of them from first on. */
struct entry_range {
	const struct entry *first;
	size_t count;
};

/* Why a call gets what it gets. */
enum reason {
	REASON_RULE,	/* a clause says so */
	REASON_DEFAULT, /* no clause does */
	REASON_NEWER,	/* ENOSYS: newer than anything in the profile */
	REASON_ABI,	/* ENOSYS: an x32 call, and x32 is not one of the architectures */
};

struct decision {
	uint32_t action;
	enum reason reason;
	const struct entry *entry; /* with REASON_RULE */
};

/* The semantics on ruleset->arches[which]. False when memory ran out. The caller frees
 * ret_semantics.
 */
bool semantics_build(const struct ruleset *ruleset, size_t which, struct semantics *ret_semantics);

void semantics_free(struct semantics *semantics);

/* Is a number one of this architecture's, in this ruleset? x86_64 and x32 share the kernel's value.
 */
bool semantics_own(const struct semantics *semantics, uint32_t number);

struct entry_range semantics_entries(const struct semantics *semantics, uint32_t number);

/* Does one condition hold? */
bool condition_holds(const struct condition *condition, const uint64_t *arguments);

/* What happens to a call of this architecture (data->arch is not looked at). */
struct decision semantics_decide(const struct semantics *semantics,
				 const struct seccomp_data *data);

#endif
