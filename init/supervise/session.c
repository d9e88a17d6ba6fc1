#include "init/supervise/session.h"

#include "init/sys/effect.h"
#include "init/sys/event.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Take this signal if it is pending. One that comes from somebody else is put back: sent by the
 * kernel for what we do ourselves, it says that we sent it. */
static void take_own(int number)
{
	const struct timespec now = { 0 };
	sigset_t set;
	siginfo_t info;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, number);
	if (sigtimedwait(&set, &info, &now) != number)
		return;
	if (info.si_pid == getpid())
		event_tell(EVENT_HANDED_OFF, (struct event_facts){ .number = number });
	else
		(void)kill(getpid(), number); /* ourselves: cannot fail */
}

void session_leave_terminal(void)
{
	if (ioctl(STDIN_FILENO, TIOCNOTTY) || getsid(0) != getpid())
		return;
	take_own(SIGHUP);
	take_own(SIGCONT);
}

int session_make(void)
{
	if (setsid() < 0)
		return -errno;
	if (getsid(0) != getpid())
		return -ENOEFFECT;
	(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0); /* no terminal, or another session's */
	return 0;
}
