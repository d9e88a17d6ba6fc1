/* groups.h: the supplementary groups of an identity: by name and number, from /etc/group or a list.
 * group(5), initgroups(3) */
#ifndef GROUPS_H
#define GROUPS_H

#include "init/plan.h"

/* A group by number or name. TYPED is what the user typed, for the failure. */
const struct failure *group_resolve(const char *typed, const char *text, gid_t *ret);

const struct failure *identity_add_group(struct identity *identity, gid_t gid);

/* Its own one, or one of the others? */
bool identity_has_group(const struct identity *identity, gid_t gid);

/* What initgroups(3) would set: the user's own group and each that lists the name. */
const struct failure *groups_of_user(struct identity *identity);

/* --groups: a list, "none", or "keep". */
const struct failure *groups_from_list(struct identity *identity, const char *list);

/* Put groups in ascending order; quick where they nearly are, as the kernel's lists. */
void groups_sort(gid_t *groups, size_t count);

/* Sorted and without duplicates, so that lists can be compared with the kernel's. */
void groups_normalize(struct identity *identity);

#endif
