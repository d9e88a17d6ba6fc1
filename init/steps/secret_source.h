/* secret_source.h: which variables --file-env takes from a file: NAME_FILE, or Grafana's
 * NAME__FILE, for each NAME on its list. */
#ifndef SECRET_SOURCE_H
#define SECRET_SOURCE_H

#include "init/plan.h"

/* Is a variable of this name one of those that tell of sockets? They are drop-init's to set.
 * sd_listen_fds(3) */
bool listen_variable_is(const char *name, size_t length);

/* "DB_PASSWORD_FILE=/run/secrets/db", and whose it is. */
struct secret_source {
	const char *variable; /* in our environment, or of --env */
	size_t name_length;   /* of DB_PASSWORD, the beginning of the variable */
	const char *path;     /* empty: as good as not set */
};

/* Is this variable one, for a name on the list? */
bool secret_source_parse(const struct strings *names, const char *variable,
			 struct secret_source *ret);

/* The next one that the plan has: of --env, then of our environment, but for what --env replaces.
 * *AT starts at 0. */
bool secret_source_next(const struct plan *plan, size_t *at, struct secret_source *ret);

/* Is there one for the variable of this name? */
bool secret_source_has(const struct plan *plan, const char *name);

#endif
