/* killed.h: the command was killed: by what, as far as anybody can know? A seccomp filter says no
 * more than SIGSYS, the out-of-memory killer no more than SIGKILL. */
#ifndef KILLED_H
#define KILLED_H

#include "init/supervise/spawn.h"

#define KILLED_WHY_SIZE 1024

/* It was ended by this signal: what to say of the cause; "" where there is none to be named. */
void killed_explain(const struct child *child, int signal, char ret_why[KILLED_WHY_SIZE]);

#endif
