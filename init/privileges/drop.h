/* privileges.h: stepping down from root, for good, and the proof that it took.
 *
 * capabilities(7), credentials(7), "Setuid Demystified" (Chen, Wagner, Dean), CERT POS36-C,
 * POS37-C.
 */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

#include "init/plan.h"

/* Who keeps CAP_NET_BIND_SERVICE. */
enum bind_capability {
	BIND_NOBODY,  /* no low port, or a port that needs no capability */
	BIND_BROKER,  /* PID 1, to bind for the command */
	BIND_COMMAND, /* the command: ambient, in every set */
};

/* Become plan->identity: groups, gid, uid, capability sets, securebits, no_new_privs. Where the
 * plan names no identity only no_new_privs is set (if a filter is to be loaded), and
 * CAP_NET_BIND_SERVICE raised (for whoever keeps it). Needs CAP_SETUID and CAP_SETGID unless we
 * already are that user. NULL: all of it took, and that is verified. */
const struct failure *privileges_drop(const struct plan *plan, enum bind_capability keep,
				      bool filters);

/* Could privileges_drop() work here? NULL, or why not and what to do about it. */
const struct failure *privileges_obstacle(const struct plan *plan);

/* Empty the calling thread's sets, once somebody else has CAP_NET_BIND_SERVICE. */
const struct failure *privileges_give_up(void);

#endif
