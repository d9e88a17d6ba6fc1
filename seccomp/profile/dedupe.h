/* dedupe.h: which entries for a call can have an effect at all. */
#ifndef DEDUPE_H
#define DEDUPE_H

#include "seccomp/profile/ruleset.h"

/* Sort an architecture's entries, and take out those that another one for the same call makes
 * pointless: all but the first unconditional one, and repetitions. With warn, those that look as if
 * they meant something are added to findings, and two that contradict each other as an error (on 32
 * bits rules can become equal that are not).
 */
void rules_dedupe(struct arch_rules *rules, bool warn, struct findings *findings);

#endif
