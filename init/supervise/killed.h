/* killed.h: the command was killed: by what, as far as anybody can know? A seccomp filter says no
 * more than SIGSYS, the out-of-memory killer no more than SIGKILL. */
#ifndef KILLED_H
#define KILLED_H

#include "init/supervise/spawn.h"

/* It was ended by this signal. Where there is a cause to be named it is, in the termination log
 * too. */
void killed_explain(const struct child *child, int signal);

#endif
