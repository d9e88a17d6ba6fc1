#include "seccomp/names/syscall_name.h"

#include <string.h>

/* Made by the Makefile, from the target's headers and newer_syscalls.h: every name with a
 * terminator, in the order of the numbers; an empty one for a number without a name. */
static const char names[] =
#include "syscall_names.h"
	;

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
