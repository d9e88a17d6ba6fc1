/* lockdown.h: each of PID 1's threads locks itself in: a seccomp filter for what it does from now
 * on. Anything else kills PID 1, and with it the container: somebody else has taken it over.
 *
 * It keeps one thread from what is the other's to wait for; it is no wall between them, as they
 * share their memory. seccomp(2). Sets no_new_privs, which by now concerns PID 1 alone.
 */
#ifndef LOCKDOWN_H
#define LOCKDOWN_H

/* Each has a column in the table of what is allowed. */
enum lockdown_thread {
	LOCKDOWN_LOOP,	    /* waits, forwards, reaps, and ends */
	LOCKDOWN_ANSWERING, /* answers the command's calls */
};

/* Beside reports: PID 1 shows its helpers in its command line (title.h). */
#define LOCKDOWN_TITLE (1U << 30)

/* Allow this thread what it needs where these reports (enum filter_reports) are answered. It is
 * proved; where it cannot be had, that is a warning, for the command has started by then. */
void lockdown_enter(enum lockdown_thread thread, unsigned reports);

#endif
