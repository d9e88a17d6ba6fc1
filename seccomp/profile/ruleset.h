/* ruleset.h: the rules of a profile that count on one machine for one command, one by one.
 *
 * The steps are those of Docker's engine (which entries count) and runc (what an entry means).
 */
#ifndef RULESET_H
#define RULESET_H

#include "seccomp/names/arch.h"
#include "seccomp/profile/findings.h"
#include "seccomp/profile/profile.h"

#define ARCHES_MAX 20

/* What a filter is made for. */
struct target {
	unsigned int arch;     /* whose includes, excludes and archMap entry count */
	uint32_t arches;       /* the filter's architectures, as a mask; 0 for the profile's */
	uint64_t capabilities; /* that the command will have, as a mask of 1 << CAP_… */
	uint32_t kernel;       /* X << 16 | Y */
};

/* What happens to one call of one architecture under conditions that must all hold. Behind
 * socketcall(2) one of them selects the call, and on 32 bits only half of a value counts.
 */
struct entry {
	uint32_t number;
	uint32_t action;
	size_t rule;	  /* index in the profile's syscalls */
	const char *name; /* of the call, the profile's */
	size_t condition_count;
	struct condition conditions[ARGUMENTS_MAX];
};

/* All entries of one architecture but those whose action is the default's. */
struct arch_rules {
	unsigned int arch;
	const struct ruleset *ruleset;
	struct entry *entries; /* by number, and in the profile's order for each */
	size_t count;
	bool newest_known; /* does the profile name any call of this architecture? */
	uint32_t newest;   /* if so the highest number of one: newer ones are ENOSYS */
};

struct ruleset {
	const struct profile *profile;
	struct target target;
	struct arch_rules arches[ARCHES_MAX]; /* target.arch's first */
	size_t arch_count;
};

/* Resolve a profile. Rules without effect and unknown syscalls are added to findings; false when
 * there is an error in findings too. The profile must outlive ret_ruleset, which is the caller's to
 * free whatever this returns.
 */
bool ruleset_resolve(const struct profile *profile, const struct target *target,
		     struct findings *findings, struct ruleset *ret_ruleset);

void ruleset_free(struct ruleset *ruleset);

/* Do newer calls than the profile's return ENOSYS? As in runc: not where the default action is that
 * already, nor where it lets them pass.
 */
bool ruleset_newer_is_enosys(const struct ruleset *ruleset);

#endif
