/* ownership_filter: runs a command under a filter that an outer engine may have.
 *
 *     ownership_filter ENOSYS|EPERM|PRETEND COMMAND...
 *
 * ENOSYS: as if system calls that are newer than Linux 4.9 did not exist; EPERM is what the filters
 * of older container engines answer instead. PRETEND: changes of owner are answered with 0, and not
 * done, as image builders have it that are not root.
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

#define ANSWER(number)                                                                             \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error)

#define LOAD_NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ALLOW	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static unsigned error;

static void load(struct sock_filter *filter, size_t size)
{
	struct sock_fprog program = { (unsigned short)(size / sizeof(*filter)), filter };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(125, "cannot load the filter");
}

static void pretend(void)
{
	struct sock_filter filter[] = {
		LOAD_NUMBER,
		ANSWER(SYS_fchown),
		ANSWER(SYS_fchownat),
#ifdef SYS_chown
		ANSWER(SYS_chown),
		ANSWER(SYS_lchown),
#endif
		ALLOW,
	};

	load(filter, sizeof(filter));
}

static void be_old(void)
{
	struct sock_filter filter[] = {
		LOAD_NUMBER, ANSWER(SYS_statx), ANSWER(SYS_openat2), ANSWER(452), /* fchmodat2 */
		ANSWER(464),							  /* getxattrat */
		ALLOW,
	};

	load(filter, sizeof(filter));
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(125, "usage: ownership_filter ENOSYS|EPERM|PRETEND COMMAND...");
	error = strcmp(argv[1], "PRETEND") == 0 ? 0
		: strcmp(argv[1], "EPERM") == 0 ? EPERM
						: ENOSYS;
	if (error)
		be_old();
	else
		pretend();
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
