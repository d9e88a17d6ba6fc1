/* ownership_old_kernel: runs a command as if system calls that are newer than Linux 4.9 did not
 * exist.
 *
 *     ownership_old_kernel ENOSYS|EPERM COMMAND...
 *
 * EPERM is what the filters of older container engines answer instead of ENOSYS.
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REFUSE(number)                                                                             \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error)

int main(int argc, char **argv)
{
	unsigned error = argc > 2 && strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		REFUSE(SYS_statx),
		REFUSE(SYS_openat2),
		REFUSE(452), /* fchmodat2 */
		REFUSE(464), /* getxattrat */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	if (argc < 3)
		errx(125, "usage: ownership_old_kernel ENOSYS|EPERM COMMAND...");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(125, "cannot load the filter");
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
