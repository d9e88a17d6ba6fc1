/* filter.h: the command's seccomp filter: a profile, what PID 1 is to be asked, and the loading.
 *
 * There is one filter with one listener (seccomp_unotify(2)). What PID 1 wants to hear of is put in
 * front of the profile's program, so every jump in it stays valid, and calls that the profile
 * allows stay in the kernel's table of calls that need no filter run.
 */
#ifndef FILTER_H
#define FILTER_H

#include "init/filter/syscall_set.h"
#include "seccomp/filter/filter_file.h"
#include "seccomp/filter/program.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define FILTER_ARCH                                                                                \
	0xc000003eu /* AUDIT_ARCH_X86_64; linux/audit.h needs more headers than musl has */
#elif defined(__aarch64__)
#define FILTER_ARCH 0xc00000b7u /* AUDIT_ARCH_AARCH64 */
#elif defined(__riscv) && __riscv_xlen == 64
#define FILTER_ARCH 0xc00000f3u /* AUDIT_ARCH_RISCV64 */
#else
#error "which AUDIT_ARCH_ is this?"
#endif

/* What PID 1 is to be asked about. */
enum filter_reports {
	REPORT_BINDS = 1,      /* bind(2) */
	REPORT_STREAMS = 2,    /* socket(2) of IPv4 and IPv6: TCP, and MPTCP */
	REPORT_DENIALS = 4,    /* what the profile answers with EPERM */
	REPORT_CALLS = 8,      /* everything: for --record; the profile is left out */
	REPORT_DATAGRAMS = 16, /* socket(2) as above: UDP */
};

/* The first system call without which nothing can be started under a profile, or end, and that it
 * does not plainly allow, by name; NULL: there is none, and what is started under it can end. */
const char *filter_refused_start(const struct filter *profile);

/* The program to load for PROFILE (which may be empty) with REPORTS; pure. REPORT_CALLS leaves out
 * those of SILENT, which else may be NULL: execve(2) and what ends a process must be among them, as
 * nobody answers for these. REPORT_DENIALS is left
 * out where the profile refuses the very calls that the command is started with. The result is on
 * pages of its own: filter_release() gives them back once the filter is loaded. -EBUSY: the profile
 * wants a supervisor of its own (SCMP_ACT_NOTIFY); -EACCES: the profile does not plainly allow
 * bind(2) (or socket(2) of what is reported); -E2BIG: longer than the kernel takes; -ENOMEM. */
int filter_compose(const struct filter *profile, unsigned reports, const struct syscall_set *silent,
		   struct filter *ret_filter);
void filter_release(struct filter *composed);

/* Does any instruction of a composed filter ask PID 1? If not, it needs no listener. */
bool filter_reports(const struct filter *composed);

/* Load it into this process, which needs no_new_privs or CAP_SYS_ADMIN. Async-signal-safe, for the
 * child of a vfork: whatever is called afterwards, execve(2) and _exit(2) excepted, may wait for
 * PID 1.
 *
 * RET_LISTENER may be NULL: then, and where an outer supervisor leaves no place for a listener
 * (EBUSY), what would be reported is answered as the profile says, and RET_LISTENER is -1.
 * The listener is close-on-exec. With CLONE_FILES it is PID 1's descriptor from the moment it
 * exists; execve(2) unshares the table and closes the command's copy.
 * Returns 0 or -errno. Where reports were to be answered otherwise, COMPOSED stays changed so. */
int filter_load(const struct filter *composed, int *ret_listener);

/* execve(NULL, …) with an argument that no program passes is answered by every filter of ours with
 * an errno that no kernel has: FILTER_PROOF_SIZE instructions at the beginning of a program, which
 * leave what they loaded in the register, and the question whether one is in force. Returns 0 or
 * -ENOEFFECT. */
#define FILTER_PROOF_SIZE 9
unsigned short filter_put_proof(struct sock_filter *room);
int filter_prove(void);

/* Has this kernel listeners at all? gVisor has none. seccomp(2) SECCOMP_GET_ACTION_AVAIL */
bool filter_can_listen(void);

#endif
