#include "init/sys/signals.h"

#include "init/sys/effect.h"
#include "init/sys/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define KERNEL_RTMIN 32
#define USER_RTMIN   34 /* what SIGRTMIN means in glibc, kill -l and docker stop */
#define LAST_SIGNAL  64
#define LIBC_FIRST   32 /* libc's own, in musl and glibc */
#define LIBC_COUNT   3

static const char *const names[KERNEL_RTMIN] = {
	[SIGHUP] = "SIGHUP",	 [SIGINT] = "SIGINT",	    [SIGQUIT] = "SIGQUIT",
	[SIGILL] = "SIGILL",	 [SIGTRAP] = "SIGTRAP",	    [SIGABRT] = "SIGABRT",
	[SIGBUS] = "SIGBUS",	 [SIGFPE] = "SIGFPE",	    [SIGKILL] = "SIGKILL",
	[SIGUSR1] = "SIGUSR1",	 [SIGSEGV] = "SIGSEGV",	    [SIGUSR2] = "SIGUSR2",
	[SIGPIPE] = "SIGPIPE",	 [SIGALRM] = "SIGALRM",	    [SIGTERM] = "SIGTERM",
	[16] = "SIGSTKFLT",	 [SIGCHLD] = "SIGCHLD",	    [SIGCONT] = "SIGCONT",
	[SIGSTOP] = "SIGSTOP",	 [SIGTSTP] = "SIGTSTP",	    [SIGTTIN] = "SIGTTIN",
	[SIGTTOU] = "SIGTTOU",	 [SIGURG] = "SIGURG",	    [SIGXCPU] = "SIGXCPU",
	[SIGXFSZ] = "SIGXFSZ",	 [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
	[SIGWINCH] = "SIGWINCH", [SIGIO] = "SIGIO",	    [SIGPWR] = "SIGPWR",
	[SIGSYS] = "SIGSYS",
};

static const struct {
	const char *name;
	int number;
} aliases[] = { { "IOT", SIGABRT }, { "CLD", SIGCHLD }, { "POLL", SIGIO } };

/* "RTMIN", "RTMIN+N", "RTMAX", "RTMAX-N", as in systemd and kill(1). */
static bool parse_realtime(const char *text, int *ret)
{
	const bool from_min = !strncasecmp(text, "RTMIN", 5);
	uint64_t offset = 0;

	if (!from_min && strncasecmp(text, "RTMAX", 5) != 0)
		return false;
	if (text[5]) {
		if (text[5] != (from_min ? '+' : '-') ||
		    !number_parse(text + 6, 0, LAST_SIGNAL - USER_RTMIN, &offset))
			return false;
	}
	*ret = from_min ? USER_RTMIN + (int)offset : LAST_SIGNAL - (int)offset;
	return true;
}

bool signal_parse(const char *text, bool allow_zero, int *ret)
{
	uint64_t number;

	if (number_parse(text, allow_zero ? 0 : 1, LAST_SIGNAL, &number)) {
		*ret = (int)number;
		return true;
	}
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (int n = 1; n < KERNEL_RTMIN; n++) {
		if (!strcasecmp(text, names[n] + 3)) {
			*ret = n;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (!strcasecmp(text, aliases[i].name)) {
			*ret = aliases[i].number;
			return true;
		}
	}
	return parse_realtime(text, ret);
}

const char *signal_name(int number)
{
	static char text[16];

	if (number > 0 && number < KERNEL_RTMIN)
		return names[number];
	snprintf(text, sizeof(text), "signal %d", number);
	return text;
}

int signals_set_mask(signal_mask mask, signal_mask *ret_old)
{
	/* The last four can be blocked wherever the kernel is not qemu-user, which keeps two of
	 * them for itself, and since 10.0 four. */
	const signal_mask never = SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(61) |
				  SIGNAL_BIT(62) | SIGNAL_BIT(63) | SIGNAL_BIT(64);
	signal_mask now = ~mask;

	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, ret_old, sizeof(mask)) ||
	    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &now, sizeof(now)))
		return -errno;
	return (now | never) == (mask | never) ? 0 : -ENOEFFECT;
}

/* The kernel's struct sigaction, which differs between machines and which libc keeps to itself, but
 * for how it begins. */
union kernel_action {
	void (*handler)(int number, siginfo_t *info, void *context);
	char bytes[64];
};

static union kernel_action before_keeping[LIBC_COUNT];
static bool is_keeping;

static int kernel_action(int number, const void *action, void *ret_old)
{
	return syscall(SYS_rt_sigaction, number, action, ret_old, sizeof(signal_mask)) ? -errno : 0;
}

static void keep(int number, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	memset(&interrupted->uc_sigmask, 0xff, sizeof(signal_mask));
	/* The first thread may say for any signal whence it came; others for those with a value. */
	if (syscall(SYS_rt_sigqueueinfo, getpid(), number, info))
		(void)kill(getpid(), number); /* ourselves: cannot fail */
}

/* As libc would have it for a signal that it lets us have: it knows the way back from a handler.
 * But a handler's address makes musl unblock its own signals. */
static int action_make(union kernel_action *ret_action)
{
	const struct sigaction like = { .sa_handler = SIG_DFL,
					.sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction old;
	int result;

	if (sigaction(SIGUSR1, &like, &old))
		return -errno;
	result = kernel_action(SIGUSR1, NULL, ret_action);
	ret_action->handler = keep;
	return sigaction(SIGUSR1, &old, NULL) ? -errno : result;
}

int signals_keep(void)
{
	union kernel_action action = { .bytes = { 0 } };
	int result = is_keeping ? 0 : action_make(&action);

	for (int i = 0; !is_keeping && !result && i < LIBC_COUNT; i++)
		result = kernel_action(LIBC_FIRST + i, &action, &before_keeping[i]);
	is_keeping = !result;
	return result;
}

void signals_unkeep(void)
{
	for (int i = 0; is_keeping && i < LIBC_COUNT; i++)
		(void)kernel_action(LIBC_FIRST + i, &before_keeping[i], NULL); /* it was there */
}

int signals_open(int fd, signal_mask mask)
{
	int made = (int)syscall(SYS_signalfd4, fd, &mask, sizeof(mask), SFD_CLOEXEC | SFD_NONBLOCK);

	if (made < 0)
		return -errno;
	return made > STDERR_FILENO ? made : -ENOEFFECT; /* the streams are never free */
}

signal_mask signals_pending(void)
{
	signal_mask pending = 0;

	if (syscall(SYS_rt_sigpending, &pending, sizeof(pending)))
		return 0; /* only a bad pointer or size fails */
	return pending;
}

bool signal_ends(int number)
{
	const signal_mask harmless = SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) |
				     SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) |
				     SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU) |
				     SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH);

	return !(harmless & SIGNAL_BIT(number));
}
