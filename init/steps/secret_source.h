/* secret_source.h: which variables --file-env takes from a file: NAME_FILE, or Grafana's
 * NAME__FILE, for each NAME on its list. */
#ifndef SECRET_SOURCE_H
#define SECRET_SOURCE_H

#include "init/plan.h"

/* Does this name begin as the variables do that tell of sockets? They are drop-init's to set. */
bool listen_variable_is(const char *name);

/* "DB_PASSWORD_FILE=/run/secrets/db", and whose it is. */
struct secret_source {
	const char *variable; /* in our environment */
	size_t name_length;   /* of DB_PASSWORD, the beginning of the variable */
	const char *path;     /* empty: as good as not set */
};

/* Is this variable one, for a name on the list? */
bool secret_source_parse(const struct strings *names, const char *variable,
			 struct secret_source *ret);

/* Is there one for the variable of this name? */
bool secret_source_has(const struct plan *plan, const char *name);

#endif
