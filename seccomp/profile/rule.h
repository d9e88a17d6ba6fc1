/* rule.h: one entry of a profile's syscalls, and what it shares with the profile itself. */
#ifndef RULE_H
#define RULE_H

#include "seccomp/profile/fields.h"
#include "seccomp/profile/profile.h"

/* An action, with its errno as a number or (podman's) as a name; findings say what is wrong. */
void action_parse(const struct fields *fields, const char *action_key, const char *number_key,
		  const char *name_key, uint32_t *ret_action);

/* Fill a rule that is all zeroes; findings say what is wrong. */
void rule_parse(const struct fields *fields, struct rule *ret_rule);

#endif
