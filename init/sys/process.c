#include "init/sys/process.h"

#include "init/sys/file.h"
#include "init/sys/number.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PF_FORKNOEXEC 0x40 /* include/linux/sched.h, unchanged since 2.2 */
#define FLAGS_FIELD   6	   /* of those behind the state. proc_pid_stat(5) */
#define DEEPEST	      4096 /* of a chain of parents; /proc is no snapshot, so it could go in circles */

/* "12 (name) S 1 2 …": the name can have brackets and spaces, so the last bracket counts. */
bool process_read(pid_t pid, struct process *ret)
{
	struct process process = { .pid = pid };
	char path[40], text[256];
	char *name, *after;
	uint64_t parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!file_read_text(path, text, sizeof(text)))
		return false;
	name = strchr(text, '(');
	after = strrchr(text, ')');
	if (!name || !after || strlen(after) < 5)
		return false;
	process.state = after[2];
	after[4 + strcspn(after + 4, " ")] = '\0';
	if (!number_parse(after + 4, 0, INT32_MAX, &parent))
		return false;
	process.parent = (pid_t)parent;
	snprintf(process.name, sizeof(process.name), "%.*s", (int)(after - name - 1), name + 1);
	*ret = process;
	return true;
}

bool process_is_unexecuted(pid_t pid)
{
	char path[40], text[256], *at, *end;
	uint64_t flags;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!file_read_text(path, text, sizeof(text)))
		return false;
	at = strrchr(text, ')');
	at = at ? strchr(at + 2, ' ') : NULL;
	for (int field = 1; at && field < FLAGS_FIELD; field++)
		at = strchr(at + 1, ' ');
	end = at ? strchr(at + 1, ' ') : NULL;
	if (!end)
		return false;
	*end = '\0';
	return number_parse(at + 1, 0, UINT32_MAX, &flags) && flags & PF_FORKNOEXEC;
}

/* The second number behind "\nFIELD:\t". proc_pid_status(5) */
static bool effective_id(const char *text, const char *field, unsigned *ret)
{
	const char *at = strstr(text, field);
	char digits[16];
	uint64_t number;

	at = at ? strchr(at + strlen(field), '\t') : NULL;
	if (!at)
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)strspn(at + 1, "0123456789"), at + 1);
	if (!number_parse(digits, 0, UINT32_MAX, &number))
		return false;
	*ret = (unsigned)number;
	return true;
}

bool process_owner(pid_t pid, uid_t *ret_uid, gid_t *ret_gid)
{
	char path[40], text[2048];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return file_read_text(path, text, sizeof(text)) &&
	       effective_id(text, "\nUid:\t", ret_uid) && effective_id(text, "\nGid:\t", ret_gid);
}

/* Is this process below us, however far? */
static bool is_descendant(const struct process *process)
{
	const pid_t self = getpid();
	struct process above = *process;

	for (int depth = 0; depth < DEEPEST && above.parent != self; depth++) {
		if (above.parent <= 1 || !process_read(above.parent, &above))
			return false;
	}
	return above.parent == self;
}

void process_visit(void (*visitor)(const struct process *, void *context), void *context)
{
	const pid_t self = getpid();
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	struct process process;
	uint64_t pid;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		if (!number_parse(entry->d_name, 1, INT32_MAX, &pid) || (pid_t)pid == self ||
		    !process_read((pid_t)pid, &process) || process.state == 'Z')
			continue;
		if (self == 1 || is_descendant(&process))
			visitor(&process, context);
	}
	(void)closedir(folder); /* it was only read */
}
