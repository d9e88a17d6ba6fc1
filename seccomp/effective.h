/* effective.h: which clauses of a policy can have an effect at all. */
#ifndef EFFECTIVE_H
#define EFFECTIVE_H

#include "seccomp/findings.h"
#include "seccomp/policy.h"

/* Take the clauses out of a policy that another one for the same syscall makes pointless: all but
 * the first unconditional one, and repetitions. Those that look as if they meant something are
 * added to findings. False when memory ran out.
 */
bool clauses_reduce(struct policy *policy, struct findings *findings);

#endif
