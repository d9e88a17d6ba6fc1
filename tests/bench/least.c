/* least COMMAND [ARG]...: the least that an init can be, without a libc and without a check.
 *
 * Starts the command in a process group of its own, forwards every signal to it, reaps whatever
 * ends, and ends as it does. Built with -DDROP it also becomes nobody, sets no_new_privs and loads
 * the default profile: the least that a start with --user can cost.
 */
#include <linux/filter.h>
#include <linux/sched.h>

#include "least.h"

#define NOBODY	65534
#define SIGCHLD 17

static unsigned long everything = ~0UL, before;

#ifdef DROP
/* The stored filter: a header, and in it at 20 the number of instructions that follow at 64. */
__asm__(".section .rodata\n.balign 8\nfilter: .incbin \"" FILTER "\"\n.text");
extern const char filter[];

static void drop(void)
{
	struct sock_fprog program = { (unsigned short)*(const unsigned *)(filter + 20),
				      (struct sock_filter *)(filter + 64) };

	call(__NR_setgroups, 0, 0, 0, 0, 0);
	call(__NR_setresgid, NOBODY, NOBODY, NOBODY, 0, 0);
	call(__NR_setresuid, NOBODY, NOBODY, NOBODY, 0, 0);
	if (call(__NR_prctl, 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0) ||
	    call(__NR_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, (long)&program, 0, 0))
		leave(125);
}
#else
static void drop(void)
{
}
#endif

/* The stack stays as it is: a child of vfork(2) must not return. */
__attribute__((always_inline)) static inline long start(long *stack)
{
	long pid = call(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0); /* vfork(2) */

	if (pid)
		return pid;
	call(__NR_setpgid, 0, 0, 0, 0, 0);
	call(__NR_rt_sigprocmask, 2, (long)&before, 0, sizeof(before), 0);
	drop();
	call(__NR_execve, stack[2], (long)(stack + 2), (long)(stack + stack[0] + 2), 0, 0);
	leave(127);
	return 0;
}

__attribute__((used)) static void run(long *stack)
{
	long pid, ended, number;
	int status = 0;

	call(__NR_rt_sigprocmask, 2, (long)&everything, (long)&before, sizeof(before), 0);
	pid = start(stack);
	for (;;) {
		number = call(__NR_rt_sigtimedwait, (long)&everything, 0, 0, sizeof(everything), 0);
		if (number != SIGCHLD) {
			call(__NR_kill, pid, number, 0, 0, 0);
			continue;
		}
		while ((ended = call(__NR_wait4, -1, (long)&status, 1 /* WNOHANG */, 0, 0)) > 0)
			if (ended == pid)
				leave(status & 127 ? 128 + (status & 127) : status >> 8);
	}
}

LEAST_START(run);
