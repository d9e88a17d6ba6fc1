/* ids.h: groups, gids and uids, as the kernel has them. credentials(7) */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "init/plan.h"

#include <stdbool.h>

/* Exactly the groups of this identity? All four gids, all four uids? */
bool credentials_groups_are(const struct identity *identity);
bool credentials_gids_are(gid_t gid);
bool credentials_uids_are(uid_t uid);

/* Become this identity, where we are not; dies, and says what to do, where the kernel refuses. That
 * it took is for the caller to see. Needs CAP_SETGID and CAP_SETUID for what differs. */
void credentials_change(const struct identity *identity);

#endif
