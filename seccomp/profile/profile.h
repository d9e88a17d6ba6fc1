/* profile.h: a seccomp profile in Docker's or OCI's JSON, parsed and checked word by word.
 *
 * What a profile means on one machine, for one set of capabilities, is ruleset.h's matter.
 */
#ifndef SECCOMP_PROFILE_H
#define SECCOMP_PROFILE_H

#include "seccomp/filter/program.h"
#include "seccomp/profile/findings.h"

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_SIZE_MAX (1U << 20) /* bytes; Docker's default profile has 14 thousand */

/* args[index] COMPARISON value, or (args[index] & value) == value_two for SCMP_CMP_MASKED_EQ. */
struct condition {
	unsigned int index;
	enum scmp_compare comparison;
	uint64_t value, value_two;
};

/* includes or excludes; what is 0 sets no limit. */
struct limits {
	uint64_t capabilities; /* a mask of 1 << CAP_… */
	uint32_t arches;       /* a mask, see arch.h */
	uint32_t min_kernel;   /* X << 16 | Y */
};

struct rule {
	const char **names; /* the array is owned, the strings belong to the profile's JSON */
	size_t name_count;
	uint32_t action;     /* SCMP_ACT_…, with its errno */
	const char *comment; /* or NULL; the profile's JSON has it */
	struct condition *conditions;
	size_t condition_count;
	struct limits includes, excludes;
};

struct arch_map {
	unsigned int arch;
	uint32_t sub_arches; /* a mask */
};

struct profile {
	void *json; /* the parsed text, which names point into */
	uint32_t default_action;
	bool default_errno_enosys; /* defaultErrnoRet is ENOSYS, whatever the action is */
	uint32_t arches;	   /* architectures, as a mask; 0 when there is no such key */
	struct arch_map *arch_map;
	size_t arch_map_count;
	uint32_t flags; /* SECCOMP_FILTER_FLAG_… */
	struct rule *rules;
	size_t rule_count;
};

/* Parse text into ret_profile, which is the caller's to free whatever this returns. Everything that
 * is wrong is added to findings; false when that was an error.
 */
bool profile_parse(const char *text, size_t length, struct findings *findings,
		   struct profile *ret_profile);

void profile_free(struct profile *profile);

#endif
