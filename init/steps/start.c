#include "init/steps/start.h"

#include "init/steps/descriptors.h"
#include "init/sys/effect.h"
#include "init/sys/message.h"
#include "init/plan.h"
#include "init/sys/relro.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LEAST_STACK (64 << 10) /* measured: 40 KiB are enough for everything that we do */

/* One that is too small ends in a SIGSEGV half-way, without a word. */
static void require_stack(void)
{
	struct rlimit stack;

	if (!getrlimit(RLIMIT_STACK, &stack) && stack.rlim_cur < LEAST_STACK)
		die("a stack of %llu KiB is too small (ulimit -s 64)",
		    (unsigned long long)stack.rlim_cur >> 10);
}

struct inherited start_safely(void)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	struct inherited inherited = { .parent = getppid(), .sigchld = standard };
	int result;

	if (getuid() != geteuid() || getgid() != getegid())
		die("started set-user-ID or set-group-ID, which it is not made for (chmod ug-s the "
		    "binary)");
	require_stack();
	result = relro_protect();
	if (result)
		die("cannot make relocated data read-only: %s", strerror(-result));
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
