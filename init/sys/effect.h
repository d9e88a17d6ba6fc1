/* effect.h: system calls that are not believed: each is followed by a look whether it took.
 *
 * A filter around us may answer a call with errno 0, which is a success that did nothing: container
 * builders do that on purpose, and "errnoRet": 0 in a profile does it by mistake. What the command
 * gets must not rest on such a word.
 */
#ifndef EFFECT_H
#define EFFECT_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* The call said that it worked, and nothing happened. */
#define ENOEFFECT ENOTRECOVERABLE

/* Each returns 0 or -errno; an out-parameter may be NULL. */

/* umask(2), which has no errno. */
int effect_umask(mode_t mode, mode_t *ret_old);

/* sigaction(2); safe in a vfork child. */
int effect_action(int number, const struct sigaction *action, struct sigaction *ret_old);

/* setpgid(2) to a group of our own; safe in a vfork child. */
int effect_own_group(void);

/* fcntl(2) F_SETFD; safe in a vfork child. */
int effect_close_on_exec(int fd, bool close);

/* close(2). */
int effect_close(int fd);

/* setsockopt(2) of an int that the kernel may round, but not to or from 0. */
int effect_option(int fd, int level, int name, int value);

/* fork(2), with flags of clone(2) besides: the child's pid, 0 in the child, or -errno. */
pid_t effect_fork(unsigned long flags);

/* bind(2) of an address with a port or a path, and listen(2). */
int effect_bind(int fd, const struct sockaddr *address, socklen_t length);
int effect_listen(int fd, int backlog);

#endif
