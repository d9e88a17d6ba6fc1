/* keys.h: "VALUE,KEY[=VALUE],…" of --listen and --chown. */
#ifndef SUBOPTIONS_H
#define SUBOPTIONS_H

#include "init/cli/options.h"

struct suboption {
	const char *name;
	/* value is NULL where only the key was given. Returns NULL, or what is wrong. */
	const char *(*set)(void *spec, const char *value);
};

/* Cut what was typed at its commas, hand each key to its row, and return the part before the first
 * comma. Dies, naming the key, where one is unknown or its value is wrong. */
const char *suboptions_parse(const struct typed *typed, const struct suboption *rows, size_t count,
			     void *spec);

/* A key that is on when it is given alone or with 1, yes, true or on. NULL, or what is wrong. */
const char *suboption_flag(const char *value, bool *ret);

/* The keys owner=USER[:GROUP] and mode=OCTAL. NULL, or what is wrong. */
const char *suboption_owner(const char *value, struct owner *ret);
const char *suboption_mode(const char *value, mode_t *ret);

#endif
