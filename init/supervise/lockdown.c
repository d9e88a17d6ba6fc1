#include "init/supervise/lockdown.h"

#include "init/filter/filter.h"
#include "init/sys/message.h"
#include "init/sys/pidfd_info.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALWAYS ~0U
#define EVER   (1U << 31) /* what a thread asks for besides its reports */

/* One call that is allowed, where the bits of the mask in an argument, which is an int to the
 * kernel, have this value. A column for each thread: where one of these reports is answered. */
struct permit {
	short call, argument;
	uint32_t mask, value;
	unsigned loop, answering;
};

#define BOTH	  .loop = ALWAYS, .answering = ALWAYS
#define LOOP	  .loop = ALWAYS
#define ANSWERING .answering = ALWAYS
#define BINDS	  .answering = REPORT_BINDS
#define SOCKETS	  .answering = (REPORT_STREAMS | REPORT_DATAGRAMS)
#define RECORDS	  .loop = REPORT_CALLS

#define WAYS (O_ACCMODE | O_CREAT | O_TRUNC | O_NOFOLLOW) /* to open a file */

/* On an argument: it is this, it has no other bits, it opens a file like that. */
#define IS(n, what)    .argument = (n), .mask = UINT32_MAX, .value = (uint32_t)(what)
#define ONLY(n, bits)  .argument = (n), .mask = (uint32_t) ~(bits)
#define OPENS(n, bits) .argument = (n), .mask = WAYS, .value = (uint32_t)(bits)

static const struct permit permits[] = {
/* events and signals */
#ifdef SYS_poll
	{ SYS_poll, BOTH },
#endif
	{ SYS_ppoll, BOTH },
	{ SYS_restart_syscall, BOTH },
	{ SYS_read, BOTH },
	{ SYS_kill, LOOP },
	{ SYS_pidfd_send_signal, LOOP },
	{ SYS_rt_sigaction, IS(0, SIGCHLD), LOOP },
	{ SYS_clock_gettime, BOTH }, /* where the vDSO has no clock */
	{ SYS_getpid, BOTH },

	/* children */
	{ SYS_wait4, LOOP },
	{ SYS_waitid, LOOP },
	{ SYS_pidfd_open, LOOP, BINDS },
	{ SYS_ioctl, IS(1, PIDFD_GET_EXIT_INFO), LOOP },

/* /proc, cgroups and /dev/termination-log */
#ifdef SYS_open
	{ SYS_open, OPENS(1, O_RDONLY), BOTH },
	{ SYS_open, OPENS(1, O_WRONLY | O_TRUNC | O_NOFOLLOW),
	  LOOP }, /* termination-log, if it is there */
#endif
	{ SYS_openat, OPENS(2, O_RDONLY), BOTH },
	{ SYS_openat, OPENS(2, O_WRONLY | O_TRUNC | O_NOFOLLOW), LOOP },
	{ SYS_fcntl, IS(1, F_SETFD), BOTH }, /* musl's open(2) does not trust O_CLOEXEC */
	{ SYS_getdents64, LOOP },
	{ SYS_pread64, BOTH },
	{ SYS_write, BOTH },
	{ SYS_pwritev2, BOTH },
	{ SYS_close, BOTH },
#ifdef SYS_stat
	{ SYS_stat, BOTH },
#endif
	{ SYS_fstat, BOTH }, /* where there is no stat(2) as well: arm64 */
	{ SYS_newfstatat, BOTH },

	/* libc: malloc(3), its locks, and a thread's end */
	{ SYS_mmap, ONLY(2, PROT_READ | PROT_WRITE), BOTH },
	{ SYS_mprotect, ONLY(2, PROT_READ | PROT_WRITE), BOTH },
	{ SYS_munmap, BOTH },
	{ SYS_brk, BOTH },
	{ SYS_madvise, IS(2, MADV_DONTNEED), BOTH },
	{ SYS_madvise, IS(2, MADV_FREE), BOTH },
	{ SYS_futex, BOTH },
	{ SYS_rt_sigprocmask, ANSWERING },
	{ SYS_exit, BOTH },
	{ SYS_exit_group, LOOP },

	/* the listener */
	{ SYS_ioctl, IS(1, SECCOMP_IOCTL_NOTIF_RECV), ANSWERING },
	{ SYS_ioctl, IS(1, SECCOMP_IOCTL_NOTIF_SEND), ANSWERING },
	{ SYS_ioctl, IS(1, SECCOMP_IOCTL_NOTIF_ID_VALID), ANSWERING },

	/* --allow-port: the command's own socket, or one that we make for it */
	{ SYS_process_vm_readv, BINDS },
	{ SYS_pidfd_getfd, BINDS },
	{ SYS_getsockopt, BINDS },
	{ SYS_bind, BINDS },
	{ SYS_socket, SOCKETS },
	{ SYS_getpeername, SOCKETS },
	{ SYS_epoll_ctl, SOCKETS },
	{ SYS_epoll_pwait, SOCKETS },
#ifdef SYS_epoll_wait
	{ SYS_epoll_wait, SOCKETS },
#endif
	{ SYS_ioctl, IS(1, SECCOMP_IOCTL_NOTIF_ADDFD), SOCKETS },

	/* helpers */
	{ SYS_prctl, IS(0, PR_SET_MM), .loop = LOCKDOWN_TITLE },

	/* --record: its file, which is open */
	{ SYS_lseek, RECORDS },
	{ SYS_ftruncate, RECORDS },
};

#define PERMIT_COUNT (sizeof(permits) / sizeof(*permits))
#define PERMIT_SIZE  6 /* instructions at most, with those of the search */
#define LEAF_SIZE    4 /* rows that are tried one by one */

#define LINE(...)	    ((struct sock_filter)__VA_ARGS__)
#define LOAD(at)	    LINE(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at))
#define RETURN(what)	    LINE(BPF_STMT(BPF_RET | BPF_K, what))
#define JUMP(op, k, jt, jf) LINE(BPF_JUMP(BPF_JMP | (op) | BPF_K, (uint32_t)(k), jt, jf))

/* --- from the table to a program: a binary search, for the kernel tries all system calls when it
 * loads one ------------------------------------------------------------------------------------ */

struct program {
	struct sock_filter room[FILTER_PROOF_SIZE + 4 + PERMIT_COUNT * PERMIT_SIZE];
	unsigned short length;
};

static void put(struct program *program, struct sock_filter line)
{
	program->room[program->length++] = line;
}

/* The rows of this thread, in the order of their calls; returns how many there are. */
static size_t rows_select(enum lockdown_thread thread, unsigned reports,
			  const struct permit *ret_rows[PERMIT_COUNT])
{
	size_t count = 0;

	for (size_t i = 0; i < PERMIT_COUNT; i++) {
		const struct permit *permit = &permits[i];
		size_t at = count;

		if (!((thread == LOCKDOWN_LOOP ? permit->loop : permit->answering) &
		      (reports | EVER)))
			continue;
		for (; at && ret_rows[at - 1]->call > permit->call; at--)
			ret_rows[at] = ret_rows[at - 1];
		ret_rows[at] = permit;
		count++;
	}
	return count;
}

/* The number is loaded; no two of these rows are of the same call, unless both look at arguments.
 */
static void put_row(struct program *program, const struct permit *row)
{
	if (!row->mask) {
		put(program, JUMP(BPF_JEQ, row->call, 0, 1));
		put(program, RETURN(SECCOMP_RET_ALLOW));
		return;
	}
	put(program, JUMP(BPF_JEQ, row->call, 0, 5));
	put(program, LOAD(FILTER_ARGUMENT(row->argument)));
	put(program, LINE(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, row->mask)));
	put(program, JUMP(BPF_JEQ, row->value, 0, 1));
	put(program, RETURN(SECCOMP_RET_ALLOW));
	put(program, LOAD(FILTER_NUMBER));
}

/* Up to a few rows one by one; of more, those of calls below the one in the middle, or the others.
 */
static void put_search(struct program *program, const struct permit *const *rows, size_t count)
{
	size_t middle = count / 2, jump;

	while (middle && rows[middle - 1]->call == rows[middle]->call)
		middle--; /* rows of one call stay together */
	if (count <= LEAF_SIZE || !middle) {
		for (size_t i = 0; i < count; i++)
			put_row(program, rows[i]);
		put(program, RETURN(SECCOMP_RET_KILL_PROCESS));
		return;
	}
	jump = program->length;
	put(program, JUMP(BPF_JGE, rows[middle]->call, 0, 0));
	put_search(program, rows, middle);
	program->room[jump].jt = (uint8_t)(program->length - jump - 1);
	put_search(program, rows + middle, count - middle);
}

static int program_load(struct program *program)
{
	const struct sock_fprog code = { program->length, program->room };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &code))
		return -errno;
	return filter_prove();
}

void lockdown_enter(enum lockdown_thread thread, unsigned reports)
{
	const struct permit *rows[PERMIT_COUNT];
	const size_t count = rows_select(thread, reports, rows);
	struct program program = { .length = 0 };
	int result;

	program.length = filter_put_proof(program.room);
	put(&program, LOAD(FILTER_MACHINE));
	put(&program, JUMP(BPF_JEQ, FILTER_ARCH, 1, 0));
	put(&program, RETURN(SECCOMP_RET_KILL_PROCESS));
	put(&program, LOAD(FILTER_NUMBER));
	put_search(&program, rows, count);
	result = program_load(&program);
	if (result)
		message(MESSAGE_WARNING, "PID 1 has no seccomp filter of its own: %s",
			strerror(-result));
}
