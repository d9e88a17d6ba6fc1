/* What a sanitized drop-init has besides (make check-sanitize); linked into that build alone. */
#include <sanitizer/asan_interface.h>
#include <sched.h>
#include <stdarg.h>

#define CHILD_STACK 16384 /* of init/supervise/spawn.c */

const char *__asan_default_options(void);
void __wrap___asan_handle_no_return(void);
int __real_clone(int (*run)(void *), void *stack, int flags, void *argument, ...);
int __wrap_clone(int (*run)(void *), void *stack, int flags, void *argument, ...);

/* Not in ASAN_OPTIONS: the command's environment is compared by tests.
 *
 * Leaks are not looked for: PID 1 keeps what it parsed until the command has ended, and
 * LeakSanitizer stops all threads from another process, which the filter that PID 1 locks itself in
 * with kills. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0:detect_stack_use_after_return=0:exitcode=99";
}

/* Before a function that does not return it has the stack forgotten, for longjmp(3), and asks
 * sigaltstack(2) and /proc where that is. PID 1 may not, and here these functions end the process.
 */
void __wrap___asan_handle_no_return(void)
{
}

/* The child of a vfork runs in a buffer on our stack and never returns from its functions, so the
 * red zones around its variables stay behind in what we use next. Nobody is left there now. */
int __wrap_clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
	va_list arguments;
	int *pidfd = 0;
	int pid;

	if (flags & CLONE_PIDFD) {
		va_start(arguments, argument);
		pidfd = va_arg(arguments, int *);
		va_end(arguments);
	}
	pid = __real_clone(run, stack, flags, argument, pidfd);
	if (flags & CLONE_VFORK)
		__asan_unpoison_memory_region((char *)stack - CHILD_STACK, CHILD_STACK);
	return pid;
}
