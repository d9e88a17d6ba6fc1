#include "init/filter/syscall_name.h"

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

int syscall_sort(const struct syscall_set *set, struct syscall_entry ret_entries[SYSCALL_COUNT])
{
	const char *name = names;
	int count = 0;

	for (int i = 0; i < SYSCALL_COUNT && name < names + sizeof(names) - 1; i++) {
		int at = count;

		if (*name && syscall_set_has(set, i)) {
			for (; at > 0 && strcmp(ret_entries[at - 1].name, name) > 0; at--)
				ret_entries[at] = ret_entries[at - 1];
			ret_entries[at] = (struct syscall_entry){ i, name };
			count++;
		}
		name += strlen(name) + 1;
	}
	return count;
}
