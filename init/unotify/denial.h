/* denial.h: what the profile refuses with EPERM is said once, and refused.
 *
 * Once for each program and system call, up to a fixed number of them: a flood of refused calls is
 * answered, not written down.
 *
 * System calls: those of request.h, and write.
 */
#ifndef DENIAL_H
#define DENIAL_H

#include "init/filter/filter.h"
#include "init/unotify/request.h"

#define DENIAL_MEMORY 64

struct denial {
	char program[16]; /* the thread's name as in /proc/PID/comm */
	int call;
	__u32 arch;
};

struct denials {
	const struct filter *profile; /* without what filter_compose() puts in front */
	unsigned count;		      /* of the entries in use; beyond them nothing more is said */
	pid_t named;		      /* whose name was read last; 0: nobody's */
	int name_file;		      /* its /proc/PID/comm */
	struct denial entries[DENIAL_MEMORY];
};

/* Close what was kept open. */
void denials_close(struct denials *denials);

/* The profile's own answer to the call. */
struct answer denial_answer(struct denials *denials, const struct request *request);

/* Has something been said of this program and this call? From now on it has. For other reasons than
 * a denial, too: CALL is then a negative number of one's own. Returns the program's name where it
 * has not, else NULL. */
const char *denial_first(struct denials *denials, const struct request *request, int call,
			 pid_t *ret_pid);

#endif
