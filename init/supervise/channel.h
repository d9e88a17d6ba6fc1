/* channel.h: what PID 1 and a keeper (keeper.h) tell each other, over a socketpair that is made
 * before the fork. socketpair(2), SOCK_SEQPACKET
 *
 * PID 1 says go, and stop: a dropped PID 1 cannot signal another user's process. Should PID 1 be
 * gone, the kernel says the same by an end of file. The keeper reports. End of file without
 * CHANNEL_ENDED means that it was killed. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "init/supervise/helper_state.h"

#include <stdbool.h>

#define LAST_WORD_SIZE 1024

struct helper_report {
	enum report_kind {
		CHANNEL_DROPPED, /* it has stepped down, and that is proved */
		CHANNEL_STATE,	 /* of the helper */
		CHANNEL_READY,	 /* what comes after may start */
		CHANNEL_ENDED,	 /* the keeper, on purpose: with exit_status */
	} kind;
	struct helper_state state;
	int exit_status; /* what the container would end with because of it; -1: it need not end */
	char last_word[LAST_WORD_SIZE]; /* CHANNEL_ENDED: why; then it has been said */
};

/* Both ends, close-on-exec, ours without waiting. 0 or -errno. */
int channel_make(int *ret_ours, int *ret_keepers);

/* PID 1's side. */
void channel_go(int fd);
void channel_stop(int fd);

/* The next report. 1: there was one, 0: the keeper is gone, -EAGAIN: none yet. */
int channel_receive(int fd, struct helper_report *ret_report);

/* The keeper's side. A report waits for PID 1, which reads whatever comes. */
void channel_report(int fd, const struct helper_report *report);

/* What PID 1 says, once poll(2) has said that there is something: go, or else stop. */
bool channel_says_go(int fd);

#endif
