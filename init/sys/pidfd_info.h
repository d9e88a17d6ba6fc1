/* pidfd_info.h: PIDFD_GET_INFO of Linux 6.13 and later, which libc's headers may not have yet.
 * include/uapi/linux/pidfd.h */
#ifndef PIDFD_INFO_H
#define PIDFD_INFO_H

#include <stdint.h>
#include <sys/ioctl.h>

struct pidfd_exit_info {
	uint64_t mask; /* in: what is asked for; out: what was filled in */
	uint64_t cgroup;
	uint32_t pid, tgid, ppid;
	uint32_t ids[8];
	int32_t exit_code; /* as waitpid(2) gives it; valid once the process is reaped (POLLHUP) */
	uint32_t coredump_mask, spare;
};

_Static_assert(sizeof(struct pidfd_exit_info) == 72, "the kernel's layout");

#define PIDFD_GET_EXIT_INFO _IOWR(0xFF, 11, struct pidfd_exit_info)
#define PIDFD_ASKS_EXIT	    (1ULL << 3) /* PIDFD_INFO_EXIT, Linux 6.15 */
#define PIDFD_ASKS_COREDUMP (1ULL << 4) /* PIDFD_INFO_COREDUMP, Linux 6.16 */

#endif
