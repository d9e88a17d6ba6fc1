/* broker_seize: try to trace our parent, before it has done anything else. Prints how that went. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

int main(void)
{
	const int error = ptrace(PTRACE_SEIZE, getppid(), 0, 0) ? errno : 0;

	puts(error ? strerrorname_np(error) : "seized");
	return 0;
}
