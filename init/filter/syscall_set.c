#include "init/filter/syscall_set.h"

#include "seccomp/names/syscall_name.h"

#include <string.h>

/* By insertion: glibc's qsort(3) asks for the size of memory, which PID 1's own filter kills. */
int syscall_sort(const struct syscall_set *set, struct syscall_entry ret_entries[SYSCALL_COUNT])
{
	int count = 0, at;

	for (int i = 0; i < SYSCALL_COUNT; i++) {
		const char *name = syscall_set_has(set, i) ? syscall_name(i) : NULL;

		if (!name)
			continue;
		for (at = count++; at > 0 && strcmp(ret_entries[at - 1].name, name) > 0; at--)
			ret_entries[at] = ret_entries[at - 1];
		ret_entries[at] = (struct syscall_entry){ i, name };
	}
	return count;
}
