/* expand.h: --expand: $NAME, ${NAME}, ${NAME:-word} and ${NAME:?message} are replaced; $$ is a
 * dollar sign. One pass: what was put in is data. Of a shell's parameter expansion that is all.
 *
 * HOME, USER and LOGNAME are those of the plan's user. A name that --file-env gets from a file is
 * refused: it would stand in a command line, for everybody to see. */
#ifndef EXPAND_H
#define EXPAND_H

#include "init/plan.h"

#include <stdio.h>

/* *AT is at a dollar sign: write what it stands for, and go behind it. Returns NULL, or what is
 * wrong. */
const char *expand_reference(const struct plan *plan, const char **at, FILE *out);

/* The whole of text, allocated. Returns NULL, or what is wrong. */
const char *expand_text(const struct plan *plan, const char *text, const char **ret_text);

#endif
