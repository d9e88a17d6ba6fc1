/* request.h: one notification of the command's filter: receive it, look into its caller, answer it.
 *
 * See seccomp_unotify(2). Whatever comes from the caller (a hostile program, perhaps) is copied
 * once, and is used only after request_valid() has said that the call is still waiting: its pid may
 * have gone to another process in between.
 *
 * System calls: ioctl, process_vm_readv, openat, pread64, read, close.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Room for the kernel's struct seccomp_notif, which may grow. */
struct request {
	union {
		struct seccomp_notif notif;
		char room[256];
	};
	int listener;
};

/* What the caller gets. Only a call that the kernel itself judges again may carry on: the caller
 * can change its arguments in memory after we have looked. */
struct answer {
	int error; /* 0, or -errno, as the call's result */
	int value; /* what it returns without an error */
	bool carry_on;
	bool sent; /* it has returned already */
};

#define ANSWER_CARRY_ON ((struct answer){ .carry_on = true })

/* Are the kernel's structures no larger than our room? 0 or -errno. */
int request_sizes_check(void);

/* Take the next notification; never waits once poll(2) has said POLLIN. 1; 0: its caller was killed
 * or interrupted meanwhile, and there is none; or -errno. */
int request_receive(int listener, struct request *ret_request);

/* Is the caller still waiting in this very call? */
bool request_valid(const struct request *request);

/* 0 or -errno; -ENOENT where the caller is gone, which is nobody's failure. */
int request_answer(const struct request *request, struct answer answer);

/* The listener's wakes hand the processor over, where the kernel can do that (Linux 6.6). */
void listener_hurry(int listener);

/* Copy SIZE bytes from the caller's memory; 0 or -errno. */
int request_peek(const struct request *request, unsigned long address, void *ret_copy, size_t size);

/* Open /proc/PID/NAME for reading; the descriptor (close-on-exec), or -errno. */
int request_open_proc(pid_t pid, const char *name);

/* The number behind "FIELD:" at the start of a line of /proc/PID/NAME, or -1; octal where it starts
 * with a 0, as C has it. */
long request_proc_field(pid_t pid, const char *name, const char *field);

/* The process that a thread belongs to; the thread itself where that cannot be found. */
pid_t request_leader(pid_t thread);

#endif
