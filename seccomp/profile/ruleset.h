/* ruleset.h: the rules of a profile that count on one machine for one command, one by one.
 *
 * The steps are those of Docker's engine (which entries count) and runc (what an entry means).
 */
#ifndef RULESET_H
#define RULESET_H

#include "seccomp/names/arch.h"
#include "seccomp/profile/findings.h"
#include "seccomp/profile/profile.h"

/* What a filter is made for. */
struct target {
	unsigned int arch;     /* whose includes, excludes and archMap entry count */
	uint32_t arches;       /* the filter's architectures, as a mask; 0 for the profile's */
	uint64_t capabilities; /* that the command will have, as a mask of 1 << CAP_… */
	uint32_t kernel;       /* X << 16 | Y */
};

/* One syscall, under conditions that must all hold, and what happens then. */
struct clause {
	size_t rule;	  /* index in the profile's syscalls */
	const char *name; /* the profile's */
	uint32_t action;
	const struct condition *conditions; /* the profile's */
	size_t condition_count;
};

#define ARCHES_MAX 20

struct ruleset {
	const struct profile *profile;
	struct target target;
	unsigned int arches[ARCHES_MAX]; /* target.arch first */
	size_t arch_count;
	struct clause *clauses; /* those whose action is not the default's */
	size_t clause_count;
	bool ages_known[ARCHES_MAX]; /* for each of arches: is there any syscall of the profile? */
	uint32_t ages[ARCHES_MAX];   /* if so the highest number of one: newer ones are ENOSYS */
};

/* Resolve a profile. Rules without effect and unknown syscalls are added to findings; false when
 * memory ran out, and then there is an error in findings. The profile must outlive ret_ruleset,
 * which is the caller's to free.
 */
bool ruleset_resolve(const struct profile *profile, const struct target *target,
		     struct findings *findings, struct ruleset *ret_ruleset);

void ruleset_free(struct ruleset *ruleset);

/* Do newer syscalls than the profile's return ENOSYS? As in runc: not where the default action is
 * that already, nor where it lets them pass.
 */
bool ruleset_newer_is_enosys(const struct ruleset *ruleset);

#endif
