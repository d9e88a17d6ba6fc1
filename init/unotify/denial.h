/* denial.h: what the profile refuses with EPERM is said once, and refused.
 *
 * Once for each program and system call, up to a fixed number of them, however often the command is
 * started: a flood of refused calls is answered, not written down. Servers share what has been
 * said.
 *
 * System calls: those of request.h, and write.
 */
#ifndef DENIAL_H
#define DENIAL_H

#include "init/filter/filter.h"
#include "init/unotify/request.h"

#include <pthread.h>
#include <stdbool.h>

#define DENIAL_MEMORY 64

struct denial {
	char program[16]; /* the thread's name as in /proc/PID/comm */
	int call;
	__u32 arch;
};

struct denials {
	const struct filter *profile; /* without what filter_compose() puts in front */
	pthread_mutex_t lock;	      /* of all that follows */
	bool advised;		      /* it has been said what can be done about them */
	unsigned count;		      /* of the entries in use; beyond them nothing more is said */
	pid_t named;		      /* whose name was read last; 0: nobody's */
	int name_file;		      /* its /proc/PID/comm */
	struct denial entries[DENIAL_MEMORY];
};

/* Nothing has been said yet. */
void denials_open(struct denials *denials, const struct filter *profile);

/* Close what is kept open. */
void denials_close(struct denials *denials);

/* The profile's own answer to the call. */
struct answer denial_answer(struct denials *denials, const struct request *request);

/* Has something been said of this program and this call? From now on it has. For other reasons than
 * a denial, too: CALL is then a negative number of one's own. Where it has not: true, and which
 * process it is. */
struct denied {
	char program[16];
	pid_t pid;
};
bool denial_first(struct denials *denials, const struct request *request, int call,
		  struct denied *ret_denied);

#endif
