#include "init/steps/start.h"

#include "init/sys/descriptors.h"
#include "init/sys/effect.h"
#include "init/sys/number.h"
#include "init/sys/relro.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LEAST_STACK (64 << 10) /* measured: they are enough for everything that we do */

/* One that is too small ends in a SIGSEGV half-way, without a word. */
static const struct failure *require_stack(void)
{
	struct rlimit stack;

	if (getrlimit(RLIMIT_STACK, &stack) || stack.rlim_cur >= LEAST_STACK)
		return NULL;
	return failure_new(NULL, 0, "ulimit -s 64", "a stack of %llu KiB is too small",
			   (unsigned long long)stack.rlim_cur >> 10);
}

static const struct failure *hold_signals(struct inherited *inherited)
{
	const struct sigaction standard = { .sa_handler = SIG_DFL };
	int result = signals_set_mask(SIGNALS_ALL, &inherited->mask);

	inherited->sigchld = standard;
	/* Ignored, as some supervisors leave it, it would keep every exit status from us. */
	if (!result)
		result = effect_action(SIGCHLD, &standard, &inherited->sigchld);
	return result ? failure_new(NULL, -result, NULL, "cannot hold signals back") : NULL;
}

static const struct failure *fill_streams(void)
{
	int fd, result = descriptors_fill(&fd);

	return result ? failure_new(NULL, -result, NULL,
				    "descriptor %d is closed and cannot be filled from /dev/null",
				    fd)
		      : NULL;
}

static const struct failure *protect_relocated(void)
{
	const int result = relro_protect();

	return result ? failure_new(NULL, -result, NULL, "cannot make relocated data read-only")
		      : NULL;
}

/* How many descriptors from LISTEN_FDS_START on were passed to us. sd_listen_fds(3) */
static const struct failure *sockets_count(int *ret_count)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	uint64_t number;

	*ret_count = 0;
	if (!pid || !count || !number_parse(pid, 1, INT_MAX, &number) || (pid_t)number != getpid())
		return NULL;
	if (!number_parse(count, 0, 4096, &number))
		return failure_new(text_format("LISTEN_FDS=%s", count), 0, NULL,
				   "not a number from 0 to 4096");
	for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + (int)number; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			return failure_new(text_format("LISTEN_FDS=%s", count), errno, NULL,
					   "descriptor %d", fd);
	}
	*ret_count = (int)number;
	return NULL;
}

const struct failure *start_safely(struct inherited *ret_inherited)
{
	const struct failure *failure = NULL;

	*ret_inherited = (struct inherited){ .parent = getppid() };
	if (getuid() != geteuid() || getgid() != getegid())
		failure = failure_new(
			NULL, 0, "chmod ug-s the binary",
			"started set-user-ID or set-group-ID, which it is not made for");
	if (!failure)
		failure = require_stack();
	if (!failure)
		failure = protect_relocated();
	if (!failure)
		failure = hold_signals(ret_inherited);
	if (!failure)
		failure = fill_streams();
	if (!failure)
		failure = sockets_count(&ret_inherited->sockets);
	return failure;
}

const struct failure *start_watch_parent(int parent_death_signal, pid_t parent)
{
	int now = 0;

	if (!parent_death_signal)
		return NULL;
	if (prctl(PR_SET_PDEATHSIG, parent_death_signal, 0, 0, 0) ||
	    prctl(PR_GET_PDEATHSIG, &now, 0, 0, 0))
		return failure_new("--parent-death", errno, NULL, "cannot ask for the signal");
	if (now != parent_death_signal)
		return failure_new("--parent-death", ENOEFFECT, NULL, "cannot ask for the signal");
	if (getppid() != parent)
		(void)kill(getpid(), parent_death_signal); /* as the kernel would have */
	return NULL;
}
