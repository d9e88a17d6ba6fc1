/* lock.h: a lock and a wake-up for two threads, on futex(2): what libc's, with their attributes and
 * time-outs, would cost four times the code. Waiting sleeps; an uncontended lock is one
 * instruction.
 */
#ifndef LOCK_H
#define LOCK_H

#include <stdatomic.h>

/* "Futexes Are Tricky" (Drepper), mutex 2. Zeroed is free. */
struct lock {
	atomic_int state; /* 0 free, 1 held, 2 held and somebody waits */
};

void lock_take(struct lock *lock);
void lock_release(struct lock *lock);

/* A count that goes up at every wake-up. Zeroed is ready. */
struct wake {
	atomic_int count;
};

/* With lock held: let go of it, sleep until a wake-up that comes later than this call, take it
 * again. May also return without one. */
void wake_wait(struct wake *wake, struct lock *lock);

/* Wake up to that many sleepers. */
void wake_send(struct wake *wake, int sleepers);

#endif
