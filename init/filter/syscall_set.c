#include "init/filter/syscall_set.h"

#include "seccomp/names/syscall_name.h"

#include <stdlib.h>
#include <string.h>

static int entry_compare(const void *a, const void *b)
{
	return strcmp(((const struct syscall_entry *)a)->name,
		      ((const struct syscall_entry *)b)->name);
}

int syscall_sort(const struct syscall_set *set, struct syscall_entry ret_entries[SYSCALL_COUNT])
{
	int count = 0;

	for (int i = 0; i < SYSCALL_COUNT; i++) {
		const char *name = syscall_set_has(set, i) ? syscall_name(i) : NULL;

		if (name)
			ret_entries[count++] = (struct syscall_entry){ i, name };
	}
	qsort(ret_entries, (size_t)count, sizeof(*ret_entries), entry_compare);
	return count;
}
