/* meaning.h: what a policy says about a syscall on one architecture: the yardstick for filters.
 *
 * Of the clauses for one syscall the first that has no condition decides, whatever else there is.
 * Where several clauses with conditions hold and differ, the profile leaves it open (libseccomp
 * orders them by its own rules), and any of them is right.
 */
#ifndef MEANING_H
#define MEANING_H

#include "seccomp/policy.h"

#include <linux/seccomp.h>

/* A clause as one architecture has it: behind socketcall(2) an argument selects the syscall, and on
 * 32 bits only half of a value counts.
 */
struct entry {
	uint32_t number;
	uint32_t action;
	size_t clause; /* index in the policy's clauses */
	struct condition conditions[ARGUMENTS_MAX];
	size_t condition_count;
};

struct meaning {
	const struct policy *policy;
	unsigned int arch;
	bool age_known; /* is anything above age ENOSYS? */
	uint32_t age;
	struct entry *entries; /* by number, and in the profile's order for each */
	size_t entry_count;
};

/* Which entries of a meaning are about one syscall: count of them from first on. */
struct entry_range {
	const struct entry *first;
	size_t count;
};

/* Why a syscall gets what it gets. */
enum reason {
	REASON_RULE,	/* a clause says so */
	REASON_DEFAULT, /* no clause does */
	REASON_NEWER,	/* ENOSYS: newer than anything in the profile */
	REASON_ABI,	/* ENOSYS: an x32 syscall, and x32 is not one of the architectures */
	REASON_FOREIGN, /* killed: not one of the architectures */
};

struct decision {
	uint32_t action;
	enum reason reason;
	const struct entry *entry; /* with REASON_RULE: the first entry that holds */
	bool open;		   /* entries with other actions hold too */
};

/* The meaning on policy->arches[which]. False when memory ran out. The caller frees ret_meaning. */
bool meaning_build(const struct policy *policy, size_t which, struct meaning *ret_meaning);

void meaning_free(struct meaning *meaning);

struct entry_range meaning_entries(const struct meaning *meaning, uint32_t number);

/* Does one condition hold, or do all of an entry's? */
bool condition_holds(const struct condition *condition, const uint64_t *arguments);
bool entry_holds(const struct entry *entry, const uint64_t *arguments);

/* What happens to a syscall of this architecture (data->arch is not looked at). */
struct decision meaning_decide(const struct meaning *meaning, const struct seccomp_data *data);

/* Is action what the meaning says, or one of what it leaves open? */
bool meaning_allows(const struct meaning *meaning, const struct seccomp_data *data,
		    uint32_t action);

#endif
