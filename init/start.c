#include "init/start.h"

#include "init/descriptors.h"
#include "init/effect.h"
#include "init/message.h"
#include "init/plan.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

struct inherited start_safely(void)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	struct inherited inherited = { .parent = getppid(), .sigchld = standard };
	int result;

	if (getuid() != geteuid() || getgid() != getegid())
		die("started set-user-ID or set-group-ID, which it is not made for (chmod ug-s the "
		    "binary)");
	/* Ignored, as some supervisors leave it, it would keep every exit status from us. */
	result = signals_set_mask(SIGNALS_ALL, &inherited.mask);
	if (!result)
		result = effect_action(SIGCHLD, &standard, &inherited.sigchld);
	if (result)
		die("cannot hold signals back: %s", strerror(-result));
	descriptors_fill();
	inherited.sockets = descriptors_inherited();
	return inherited;
}

void start_set_umask(mode_t mode)
{
	const int result = mode == MODE_UNSET ? 0 : effect_umask(mode, NULL);

	if (result)
		die("--umask %03o: %s", mode, strerror(-result));
}

void start_watch_parent(int parent_death_signal, pid_t parent)
{
	int now = 0;

	if (!parent_death_signal)
		return;
	if (prctl(PR_SET_PDEATHSIG, parent_death_signal, 0, 0, 0) ||
	    prctl(PR_GET_PDEATHSIG, &now, 0, 0, 0))
		die("--parent-death: cannot ask for the signal: %s", strerror(errno));
	if (now != parent_death_signal)
		die("--parent-death: cannot ask for the signal: %s", strerror(ENOEFFECT));
	if (getppid() != parent)
		(void)kill(getpid(), parent_death_signal); /* as the kernel would have */
}
