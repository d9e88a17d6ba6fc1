/* suboptions.h: "VALUE,KEY[=VALUE],…" of --listen and --chown. getsubopt(3)
 *
 * Each function returns NULL, or what is wrong. */
#ifndef SUBOPTIONS_H
#define SUBOPTIONS_H

#include "init/plan.h"

struct suboption {
	const char *name;
	const char *(*set)(void *spec, const char *value); /* value is NULL where there is none */
};

/* Cut text at its commas, hand each key to its row, and give the part before the first comma. */
const char *suboptions_parse(const char *option, const char *text, const struct suboption *rows,
			     size_t count, void *spec, const char **ret_first);

/* A key that is on when it is given alone or with 1, yes, true or on. */
const char *suboption_flag(const char *value, bool *ret);

/* The keys owner=USER[:GROUP] and mode=OCTAL. */
const char *suboption_owner(const char *value, struct owner *ret);
const char *suboption_mode(const char *value, mode_t *ret);

#endif
