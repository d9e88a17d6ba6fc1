/* record.h: --record FILE: which system calls the command makes, as a Docker/OCI profile.
 *
 * Noted while the command runs: no file is touched then. A call that is known to be needed, by an
 * earlier recording for instance, is not reported, and takes no time. For socket, clone, ioctl,
 * prctl and personality the argument that says what is done is part of the profile. clone3 is
 * answered with ENOSYS, in the recording as in the profile: its flags are out of a filter's sight,
 * and every libc then uses clone.
 *
 * System calls: futex to note; to write also lseek, ftruncate, write.
 */
#ifndef RECORD_H
#define RECORD_H

#include "init/filter/filter.h"
#include "init/unotify/request.h"
#include "init/filter/syscall_set.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#define RECORD_VALUES	 64 /* of one argument; beyond them the call is allowed with any */
#define RECORD_ARGUMENTS 5

struct record_argument {
	bool any; /* too many values */
	unsigned count;
	uint32_t values[RECORD_VALUES]; /* sorted */
};

/* 1.5 KiB: static, not on a stack. */
struct record {
	const char *path;
	int file;
	bool hidden; /* an outer profile answered some calls before we could see them */
	struct syscall_set calls, before; /* the second: of earlier recordings */
	struct record_argument arguments[RECORD_ARGUMENTS];
	pthread_mutex_t lock; /* of the two above: noted in one thread, written in another */
	sem_t ended;	      /* who notes has said that no more calls will come */
};

/* FILE is this descriptor, opened before the drop, so that a place of root's will do. Nothing of it
 * is read. NULL, or why it will not do, in static text. */
const char *record_open(struct record *record, const char *path, int file);

/* Take over what an earlier recording has written there: after the drop, for the user may have
 * written it. NULL, or why not, in static text. */
const char *record_load(struct record *record);

/* COMMAND's file is about to be executed: note what is certain to be called then. */
void record_expect_loader(struct record *record, const char *command);

/* The calls that we need not hear of (any more). */
void record_silence(const struct record *record, struct syscall_set *ret_silent);

/* Note this call. */
void record_note(struct record *record, const struct seccomp_data *call);

/* No more calls will come. */
void record_end(struct record *record);

/* Wait for record_end(), a second at most, and rewrite FILE. 0 or -errno. */
int record_write(struct record *record);

/* How many calls there are, and how many of them are new. */
void record_count(const struct record *record, int *ret_count, int *ret_new);

/* Which argument of the call matters: its index, and where its values are; -1: none does. */
int record_argument_find(int call, int *ret_slot);
void record_add_value(struct record_argument *argument, uint32_t value);

#endif
