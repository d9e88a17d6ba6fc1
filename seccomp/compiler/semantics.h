/* semantics.h: what rules say about a system call: the yardstick for filters.
 *
 * Of the entries for one call the first whose conditions hold decides, in the profile's order.
 * (Where one has no condition there are no others: see dedupe.h.)
 */
#ifndef SEMANTICS_H
#define SEMANTICS_H

#include "seccomp/profile/ruleset.h"

/* Which entries are about one call: count of them from first on. */
struct entry_range {
	const struct entry *first;
	size_t count;
};

/* Why a call gets what it gets. */
enum reason {
	REASON_RULE,	/* an entry says so */
	REASON_DEFAULT, /* no entry does */
	REASON_NEWER,	/* ENOSYS: newer than anything in the profile */
	REASON_ABI,	/* ENOSYS: an x32 call, and x32 is not one of the architectures */
};

struct decision {
	uint32_t action;
	enum reason reason;
	const struct entry *entry; /* with REASON_RULE */
};

/* Is a number one of this architecture's, in this ruleset? x86_64 and x32 share the kernel's value.
 */
bool rules_own(const struct arch_rules *rules, uint32_t number);

struct entry_range rules_entries(const struct arch_rules *rules, uint32_t number);

/* Does one condition hold? */
bool condition_holds(const struct condition *condition, const uint64_t *arguments);

/* What happens to a call of this architecture (data->arch is not looked at). */
struct decision rules_decide(const struct arch_rules *rules, const struct seccomp_data *data);

#endif
