#include "init/supervise/oom.h"

#include "init/sys/file.h"
#include "init/sys/number.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MEBIBYTE (1024ULL * 1024)

/* One version of cgroups: where it is mounted, how /proc/self/cgroup calls it ("9:memory:/a/b",
 * "0::/a/b"), and its files. cgroups(7) */
struct cgroup_version {
	const char *mount, *controller, *events, *limit;
};

static const struct cgroup_version versions[] = {
	{ "/sys/fs/cgroup", "", "memory.events", "memory.max" },
	{ "/sys/fs/cgroup/memory", "memory", "memory.oom_control", "memory.limit_in_bytes" },
};

/* Our own cgroup's path below the mount. A container may see the host's path, with its own group
 * mounted where the root would be: then "" is the one that works. */
static bool cgroup_path(const char *controller, char path[PATH_MAX])
{
	char text[2048], *rest = text;

	if (!file_read_text("/proc/self/cgroup", text, sizeof(text)))
		return false;
	for (char *line; (line = strsep(&rest, "\n"));) {
		char *name = strchr(line, ':');
		char *group = name ? strchr(name + 1, ':') : NULL;

		if (!group)
			continue;
		*group++ = '\0';
		if (strcmp(name + 1, controller) != 0)
			continue;
		snprintf(path, PATH_MAX, "%s", group);
		return true;
	}
	return false;
}

static bool cgroup_read(const struct cgroup_version *version, const char *group, const char *file,
			char *text, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s/%s", version->mount, group, file);
	return file_read_text(path, text, size);
}

/* The number behind "oom_kill " in the file of events; 0 where there is none. */
static uint64_t count_parse(char *text)
{
	char *rest = text;
	uint64_t count;

	for (char *line; (line = strsep(&rest, "\n"));) {
		if (!strncmp(line, "oom_kill ", 9) && number_parse(line + 9, 0, UINT64_MAX, &count))
			return count;
	}
	return 0;
}

/* False where this is not a memory cgroup that we can see. */
static bool oom_look(const struct cgroup_version *version, const char *group, const char *name,
		     char *ret_why, size_t size)
{
	char text[512], limit[64] = "";
	uint64_t count, bytes;

	if (!cgroup_read(version, group, version->events, text, sizeof(text)))
		return false;
	count = count_parse(text);
	if (!count)
		return true;
	/* A limit of more than 2^60 is how version 1 says "none"; version 2 says "max". */
	if (cgroup_read(version, group, version->limit, text, sizeof(text)) &&
	    number_parse(text, 0, 1ULL << 60, &bytes))
		snprintf(limit, sizeof(limit), "; its limit is %llu MiB",
			 (unsigned long long)(bytes / MEBIBYTE));
	snprintf(ret_why, size,
		 "%s was killed, and its cgroup ran out of memory (out-of-memory kills: %llu%s)",
		 name, (unsigned long long)count, limit);
	return true;
}

void oom_explain(const char *name, char *ret_why, size_t size)
{
	char group[PATH_MAX];

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		if (cgroup_path(versions[i].controller, group) &&
		    (oom_look(&versions[i], group, name, ret_why, size) ||
		     oom_look(&versions[i], "", name, ret_why, size)))
			return;
	}
}
