/* oom.h: was it the out-of-memory killer? The kernel only says SIGKILL; the cgroup has counted. */
#ifndef OOM_H
#define OOM_H

/* The command (by name) was ended by this signal: where it is SIGKILL, and our memory cgroup
 * (version 1 or 2) has counted out-of-memory kills, say so, in the termination log too. */
void oom_explain(const char *name, int signal);

#endif
