/* dedupe.h: which clauses of a ruleset can have an effect at all. */
#ifndef DEDUPE_H
#define DEDUPE_H

#include "seccomp/profile/findings.h"
#include "seccomp/profile/ruleset.h"

/* Take the clauses out of a ruleset that another one for the same syscall makes pointless: all but
 * the first unconditional one, and repetitions. Those that look as if they meant something are
 * added to findings; false when two contradict each other, or memory ran out, which is there too.
 */
bool ruleset_dedupe(struct ruleset *ruleset, struct findings *findings);

#endif
