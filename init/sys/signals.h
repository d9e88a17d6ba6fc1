/* signals.h: signals by name and number, and all of them at once. signal(7) */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* The kernel's own signal set: bit N-1 is signal N. libc's functions leave out the signals that it
 * uses itself (32 to 34), and an init has to forward those too. */
typedef uint64_t signal_mask;

#define SIGNALS_ALL   (~(signal_mask)0)
#define SIGNAL_BIT(n) ((signal_mask)1 << ((n)-1))

/* "TERM", "SIGTERM", "RTMIN+3" or "15"; case does not matter. False, with *ret untouched, for
 * anything else; 0 is accepted only with allow_zero. */
bool signal_parse(const char *text, bool allow_zero, int *ret);

/* "SIGTERM"; "signal 42" for one without a name. The text is static. */
const char *signal_name(int number);

/* rt_sigprocmask(2) with SIG_SETMASK, and a look whether it took; safe in a vfork child. Returns 0
 * or -errno. */
int signals_set_mask(signal_mask mask, signal_mask *ret_old);

/* pthread_create(3) unblocks some of the signals that libc uses itself (32 to 34), in the new
 * thread and where it is called: what came then would end us, or be lost. From now on it blocks all
 * signals there instead, and is queued anew, as it came. Returns 0 or -errno. */
int signals_keep(void);

/* In a child that is to execute something: dispositions as they were before. */
void signals_unkeep(void);

/* signalfd4(2), close-on-exec and non-blocking; fd -1 makes one. Returns it, or -errno. */
int signals_open(int fd, signal_mask mask);

/* Which of these are pending for us now, blocked and not yet read. */
signal_mask signals_pending(void);

/* A set of signals that would end a process that does not handle them. */
bool signal_ends(int number);

#endif
