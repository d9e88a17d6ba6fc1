/* syscall_set.h: sets of this machine's system calls. */
#ifndef SYSCALL_SET_H
#define SYSCALL_SET_H

#include <stdbool.h>
#include <stdint.h>

#define SYSCALL_COUNT 512 /* more than there are */

struct syscall_set {
	uint64_t bits[SYSCALL_COUNT / 64];
};

static inline bool syscall_set_has(const struct syscall_set *set, int number)
{
	return set->bits[number / 64] & (uint64_t)1 << number % 64;
}

static inline void syscall_set_add(struct syscall_set *set, int number)
{
	set->bits[number / 64] |= (uint64_t)1 << number % 64;
}

static inline void syscall_set_remove(struct syscall_set *set, int number)
{
	set->bits[number / 64] &= ~((uint64_t)1 << number % 64);
}

struct syscall_entry {
	int number;
	const char *name;
};

/* The members of a set that have a name, in the order of the names. Returns how many. */
int syscall_sort(const struct syscall_set *set, struct syscall_entry ret_entries[SYSCALL_COUNT]);

#endif
