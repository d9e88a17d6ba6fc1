/* twins.h: the environment twins of options, DROP_INIT_USER for --user. */
#ifndef TWINS_H
#define TWINS_H

#include "init/cli/typed.h"

/* The value in "DROP_INIT_USER=app", where that is this option's twin; else NULL. */
const char *twin_value(const char *variable, const char *option);

/* Add what twins in the environment stand for. */
const struct failure *twins_scan(struct typed_list *list, char **environment);

#endif
