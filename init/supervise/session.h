/* session.h: a session of its own for the command, with the terminal that was ours: dumb-init's
 * way. */
#ifndef SESSION_H
#define SESSION_H

/* Give up our controlling terminal, if standard input is it. The HUP and CONT that the kernel sends
 * us for that are taken here, so that they are not taken for somebody's. Call with all signals
 * blocked. ioctl_tty(2), TIOCNOTTY */
void session_leave_terminal(void);

/* In the command's process: lead a new session, and have the terminal. Safe in a vfork child.
 * Returns 0 or -errno. setsid(2) */
int session_make(void);

#endif
