/* syscall_filter PID: write the seccomp filter that a process loaded last, as drop-seccomp stores
 * filters, to standard output. Needs root, and no filter of its own: see ptrace(2),
 * PTRACE_SECCOMP_GET_FILTER.
 */
#include "seccomp/filter/filter_file.h"

#include <err.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#if defined(__x86_64__)
#define AUDIT_ARCH_OWN AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDIT_ARCH_OWN AUDIT_ARCH_AARCH64
#endif

static uint32_t checksum(const unsigned char *bytes, size_t length)
{
	uint32_t sum = 2166136261U;

	while (length--)
		sum = (sum ^ *bytes++) * 16777619U;
	return sum;
}

static void process_stop(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0)
		err(1, "PTRACE_SEIZE");
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0)
		err(1, "PTRACE_INTERRUPT");
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		errx(1, "%d does not stop", pid);
}

int main(int count, char **arguments)
{
	static struct sock_filter code[BPF_MAXINSNS];
	struct filter_file_header header = {
		.version = FILTER_FILE_VERSION,
		.audit_arch = AUDIT_ARCH_OWN,
		.name = "read back",
	};
	pid_t pid = count == 2 ? atoi(arguments[1]) : 0;
	long instructions = 0, more;

	if (pid <= 0)
		errx(2, "usage: syscall_filter PID");
	process_stop(pid);
	/* 0 is the oldest. */
	for (long n = 0; (more = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, n, code)) > 0; n++)
		instructions = more;
	if (instructions <= 0)
		err(1, "PTRACE_SECCOMP_GET_FILTER");
	memcpy(header.magic, FILTER_FILE_MAGIC, sizeof(header.magic));
	header.count = (uint32_t)instructions;
	header.checksum = checksum((unsigned char *)code, header.count * sizeof(*code));
	if (fwrite(&header, sizeof(header), 1, stdout) != 1 ||
	    fwrite(code, sizeof(*code), header.count, stdout) != header.count || fflush(stdout))
		err(1, "standard output");
	return 0;
}
