#include "init/start.h"

#include "init/descriptors.h"
#include "init/message.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

struct inherited start_safely(void)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	struct inherited inherited = { .parent = getppid() };

	if (getuid() != geteuid() || getgid() != getegid())
		die("started set-user-ID or set-group-ID, which it is not made for (chmod ug-s the "
		    "binary)");
	/* Ignored, as some supervisors leave it, it would keep every exit status from us. */
	if (signals_set_mask(SIGNALS_ALL, &inherited.mask) ||
	    sigaction(SIGCHLD, &standard, &inherited.sigchld))
		die("cannot hold signals back: %s", strerror(errno));
	descriptors_fill();
	inherited.sockets = descriptors_inherited();
	return inherited;
}

void start_watch_parent(int parent_death_signal, pid_t parent)
{
	if (!parent_death_signal)
		return;
	if (prctl(PR_SET_PDEATHSIG, parent_death_signal, 0, 0, 0))
		die("--parent-death: cannot ask for the signal: %s", strerror(errno));
	if (getppid() != parent)
		(void)kill(getpid(), parent_death_signal); /* as the kernel would have */
}
