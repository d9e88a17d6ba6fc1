/* credentials.h: groups, gids and uids, as the kernel has them. credentials(7) */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "init/plan.h"

/* Our supplementary groups, sorted, allocated. 0, or -1 with errno set. getgroups(2) */
int credentials_groups(gid_t **ret_groups, int *ret_count);

/* Who we are, by the effective ids, which access to files goes by. Its groups are allocated; none
 * where they cannot be told. */
struct identity credentials_now(void);

/* Exactly the groups of this identity? Its own group grants the same whether it is listed among the
 * supplementary ones or not. All four gids, all four uids? */
bool credentials_groups_are(const struct identity *identity);
bool credentials_gids_are(gid_t gid);
bool credentials_uids_are(uid_t uid);

/* Become this identity, where we are not. That it took is for the caller to see. Needs CAP_SETGID
 * and CAP_SETUID for what differs. */
const struct failure *credentials_change(const struct identity *identity);

#endif
