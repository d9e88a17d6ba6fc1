/* user.h: who to step down to: names to numbers, from /etc/passwd and /etc/group read directly.
 *
 * No NSS: a static binary in an image that may have neither libnss nor these files. Numbers work
 * without them. Nothing here changes anything. passwd(5), group(5), initgroups(3)
 */
#ifndef USER_H
#define USER_H

#include "init/plan.h"

/* Resolve --user, --user-from and --groups into plan->identity and plan->drops. A failure where a
 * name has no entry, a number no group, or the answer is user 0. */
const struct failure *user_resolve(struct plan *plan);

/* Resolve each owner in the plan, with the identity known. */
const struct failure *user_resolve_owners(struct plan *plan);

/* "app (1000:1000)" or "1000:1000", for messages. */
const char *identity_format(const struct identity *identity, char *buffer, size_t size);

#endif
