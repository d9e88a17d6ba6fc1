/* process.h: what /proc tells about other processes. All of it may be old by the time it is read.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
	pid_t pid, parent;
	char state;    /* 'R', 'S', 'Z'…: proc_pid_stat(5) */
	char name[64]; /* as the kernel keeps it; may hold any byte but NUL */
};

/* False, with *ret untouched, when it is gone or there is no /proc. */
bool process_read(pid_t pid, struct process *ret);

/* Has it ended, or is it about to, without ever having executed another program? For a process that
 * nobody has waited for; false without /proc. */
bool process_is_unexecuted(pid_t pid);

/* Whose it is, by its effective ids: not by the owner of its folder in /proc, which is root's where
 * a process is not dumpable. False when it is gone. */
bool process_owner(pid_t pid, uid_t *ret_uid, gid_t *ret_gid);

/* Call visitor for each process that is ours to end: where we are PID 1 all but ourselves, else our
 * descendants. Zombies are left out. Without /proc there are none. */
void process_visit(void (*visitor)(const struct process *, void *context), void *context);

#endif
