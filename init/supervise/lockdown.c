#include "init/supervise/lockdown.h"

#include "init/filter/filter.h"
#include "init/sys/message.h"
#include "init/sys/pidfd_info.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LISTENER (REPORT_BINDS | REPORT_OPTIONS | REPORT_DENIALS | REPORT_CALLS)

/* One call that is allowed: where one of these reports is answered (0: always), and where the bits
 * of the mask in an argument, which is an int to the kernel, have this value. */
struct permit {
	short call, argument;
	unsigned reports;
	uint32_t mask, value;
};

#define WITH(argument, value) argument, 0, UINT32_MAX, (uint32_t)(value)

#define WAYS (O_ACCMODE | O_CREAT | O_TRUNC | O_NOFOLLOW) /* to open a file */

static const struct permit permits[] = {
/* events and signals */
#ifdef SYS_poll
	{ SYS_poll },
#endif
	{ SYS_ppoll },
	{ SYS_restart_syscall },
	{ SYS_read },
	{ SYS_kill },
	{ SYS_pidfd_send_signal },
	{ SYS_rt_sigaction, WITH(0, SIGCHLD) },
	{ SYS_clock_gettime }, /* where the vDSO has no clock */
	{ SYS_getpid },

	/* children */
	{ SYS_wait4 },
	{ SYS_waitid },
	{ SYS_pidfd_open },
	{ SYS_ioctl, WITH(1, PIDFD_GET_EXIT_INFO) },

/* /proc, cgroups and /dev/termination-log */
#ifdef SYS_open
	{ SYS_open, 1, 0, WAYS, O_RDONLY },
	{ SYS_open, 1, 0, WAYS, O_WRONLY | O_NOFOLLOW }, /* termination-log, if it is there */
#endif
	{ SYS_openat, 2, 0, WAYS, O_RDONLY },
	{ SYS_openat, 2, 0, WAYS, O_WRONLY | O_NOFOLLOW },
	{ SYS_fcntl, WITH(1, F_SETFD) }, /* musl's open(2) does not trust O_CLOEXEC */
	{ SYS_getdents64 },
	{ SYS_write },
	{ SYS_close },

	/* libc: malloc(3) for opendir(3), which the shared one looks at what it has opened for */
	{ SYS_mmap, WITH(2, PROT_READ | PROT_WRITE) },
	{ SYS_munmap },
	{ SYS_brk },
	{ SYS_madvise, WITH(2, MADV_DONTNEED) }, /* resident_shrink() */
#ifdef SYS_stat
	{ SYS_stat },
#endif
	{ SYS_fstat }, /* where there is no stat(2) as well: arm64 */
	{ SYS_newfstatat },

	/* the end */
	{ SYS_exit_group },
	{ SYS_exit },

	/* the listener */
	{ SYS_ioctl, 1, LISTENER, UINT32_MAX, (uint32_t)SECCOMP_IOCTL_NOTIF_RECV },
	{ SYS_ioctl, 1, LISTENER, UINT32_MAX, (uint32_t)SECCOMP_IOCTL_NOTIF_SEND },
	{ SYS_ioctl, 1, LISTENER, UINT32_MAX, (uint32_t)SECCOMP_IOCTL_NOTIF_ID_VALID },
	{ SYS_pread64, 0, LISTENER },

	/* --allow-port: the command's own socket, or a fresh one in its place */
	{ SYS_process_vm_readv, 0, REPORT_BINDS },
	{ SYS_pidfd_getfd, 0, REPORT_BINDS },
	{ SYS_getsockopt, 0, REPORT_BINDS },
	{ SYS_bind, 0, REPORT_BINDS },
	{ SYS_getxattr, 0, REPORT_OPTIONS },
	{ SYS_socket, 0, REPORT_OPTIONS },
	{ SYS_setsockopt, 0, REPORT_OPTIONS },
	{ SYS_ioctl, 1, REPORT_OPTIONS, UINT32_MAX, (uint32_t)SECCOMP_IOCTL_NOTIF_ADDFD },

	/* --record: its file, which is open */
	{ SYS_lseek, 0, REPORT_CALLS },
	{ SYS_ftruncate, 0, REPORT_CALLS },
};

#define PERMIT_COUNT (sizeof(permits) / sizeof(*permits))
#define PERMIT_SIZE  6 /* instructions */
#define LOAD(at)     BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

static size_t permit_compile(const struct permit *permit, struct sock_filter *out)
{
	const struct sock_filter lines[PERMIT_SIZE] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)permit->call, 0, PERMIT_SIZE - 1),
		LOAD(FILTER_ARGUMENT(permit->argument)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, permit->mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, permit->value, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(FILTER_NUMBER),
	};

	memcpy(out, lines, sizeof(lines));
	return PERMIT_SIZE;
}

void lockdown_enter(unsigned reports)
{
	struct sock_filter room[4 + PERMIT_COUNT * PERMIT_SIZE + 1] = {
		LOAD(FILTER_MACHINE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(FILTER_NUMBER),
	};
	struct sock_fprog program = { .len = 4, .filter = room };

	for (size_t i = 0; i < PERMIT_COUNT; i++) {
		if (!permits[i].reports || permits[i].reports & reports)
			program.len += permit_compile(&permits[i], room + program.len);
	}
	/* cppcheck-suppress unreadVariable ; the kernel reads it */
	room[program.len++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		message(MESSAGE_INFO, "PID 1 has no seccomp filter of its own: %s",
			strerror(errno));
}
