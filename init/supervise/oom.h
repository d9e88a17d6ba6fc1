/* oom.h: was it the out-of-memory killer? The kernel only says SIGKILL; the cgroup has counted. */
#ifndef OOM_H
#define OOM_H

#include <stddef.h>

/* The command (by name) was ended by SIGKILL: what to say where our memory cgroup (version 1 or 2)
 * has counted out-of-memory kills; else nothing is written. */
void oom_explain(const char *name, char *ret_why, size_t size);

#endif
