/* lockdown.h: PID 1 locks itself in: a seccomp filter of its own, for the loop that it is from now
 * on. It allows what waiting, forwarding, reaping, answering and speaking take; anything else kills
 * PID 1, and with it the container: somebody else has taken it over.
 *
 * seccomp(2). Sets no_new_privs, which by now concerns PID 1 alone.
 */
#ifndef LOCKDOWN_H
#define LOCKDOWN_H

/* Allow what answering these reports (enum filter_reports) takes, and the loop. Where the kernel
 * has no seccomp filters this is said to who wants to hear it, as the command has started by then.
 */
void lockdown_enter(unsigned reports);

#endif
