#include "init/lock.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static void futex_wait(atomic_int *word, int value)
{
	/* It returns at once where the word has changed; callers look again in any case. */
	(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(atomic_int *word, int sleepers)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, sleepers, NULL, NULL, 0);
}

void lock_take(struct lock *lock)
{
	int state = 0;

	if (atomic_compare_exchange_strong(&lock->state, &state, 1))
		return;
	while (atomic_exchange(&lock->state, 2) != 0)
		futex_wait(&lock->state, 2);
}

void lock_release(struct lock *lock)
{
	if (atomic_exchange(&lock->state, 0) == 2)
		futex_wake(&lock->state, 1);
}

void wake_wait(struct wake *wake, struct lock *lock)
{
	const int count = atomic_load(&wake->count);

	lock_release(lock);
	futex_wait(&wake->count, count);
	lock_take(lock);
}

void wake_send(struct wake *wake, int sleepers)
{
	atomic_fetch_add(&wake->count, 1);
	futex_wake(&wake->count, sleepers);
}
