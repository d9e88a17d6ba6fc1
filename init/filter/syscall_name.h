/* syscall_name.h: the names of this machine's system calls, and sets of them. */
#ifndef SYSCALL_NAME_H
#define SYSCALL_NAME_H

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

/* NULL for a number without a name here. */
const char *syscall_name(int number);

/* -1 for a name that this machine does not have. */
int syscall_number(const char *name);

/* The members of a set that have a name, in the order of the names. Returns how many. */
int syscall_sort(const struct syscall_set *set, struct syscall_entry ret_entries[SYSCALL_COUNT]);

#endif
