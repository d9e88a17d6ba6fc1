/* stamp [answer]: the command of every measurement, without a libc.
 *
 * Writes the time of its first instruction to standard output and ends. With an argument it stays,
 * and answers each USR1 with the time at which it came.
 */
#include "least.h"

#define SIGUSR1 10

__attribute__((used)) static void run(const long *stack)
{
	const unsigned long usr1 = 1UL << (SIGUSR1 - 1);

	if (stack[0] < 2) {
		stamp();
		leave(0);
	}
	call(__NR_rt_sigprocmask, 0, (long)&usr1, 0, sizeof(usr1), 0);
	for (;;) {
		stamp();
		if (call(__NR_rt_sigtimedwait, (long)&usr1, 0, 0, sizeof(usr1), 0) != SIGUSR1)
			leave(1);
	}
}

LEAST_START(run);
