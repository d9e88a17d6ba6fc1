#include "init/syscall_name.h"

#include <stddef.h>
#include <string.h>

/* Made by the Makefile from the kernel's headers: every name with a terminator, in the order of the
 * numbers; an empty one for a number without a name. */
static const char names[] =
#include "syscall_names.h"
	;

/* Without pointers to them the names take half the room, and nobody asks often. */
const char *syscall_name(int number)
{
	const char *name = names;

	for (int i = 0; i < number && name < names + sizeof(names) - 1; i++)
		name += strlen(name) + 1;
	return number >= 0 && *name ? name : NULL;
}

int syscall_number(const char *name)
{
	const char *at = names;

	for (int i = 0; *name && at < names + sizeof(names) - 1; i++) {
		if (strcmp(at, name) == 0)
			return i;
		at += strlen(at) + 1;
	}
	return -1;
}

int syscall_next(int number)
{
	const char *after = number < 0 ? "" : syscall_name(number);
	const char *best = NULL;
	int next = -1;
	int i = 0;

	for (const char *at = names; at < names + sizeof(names) - 1; at += strlen(at) + 1, i++) {
		if (strcmp(at, after) > 0 && (!best || strcmp(at, best) < 0)) {
			best = at;
			next = i;
		}
	}
	return next;
}
