/* announce PATH [NAME]: a program that runs until it is ended, without a libc.
 * announce PATH -- COMMAND...: become the command.
 *
 * Both first write the time to the pipe at PATH, for not every supervisor hands standard output on.
 */
#include "least.h"

#define O_WRONLY 1
#define AT_FDCWD (-100)

__attribute__((used)) static void run(const long *stack)
{
	const char *const *argv = (const char *const *)(stack + 1);
	long fd = stack[0] > 1 ? call(__NR_openat, AT_FDCWD, stack[2], O_WRONLY, 0, 0) : -1;

	if (fd < 0 || call(__NR_dup3, 1, 100, 0, 0, 0) != 100 ||
	    call(__NR_dup3, fd, 1, 0, 0, 0) != 1)
		leave(2);
	call(__NR_close, fd, 0, 0, 0, 0);
	stamp();
	if (stack[0] < 4)
		for (;;)
			call(__NR_ppoll, 0, 0, 0, 0, 0);
	call(__NR_dup3, 100, 1, 0, 0, 0);
	call(__NR_close, 100, 0, 0, 0, 0);
	call(__NR_execve, stack[4], (long)(argv + 3), (long)(argv + stack[0] + 1), 0, 0);
	leave(127);
}

LEAST_START(run);
