#include "init/supervise/title.h"

#include "init/sys/file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FIRST_FIELD 26 /* start_code, the first that is needed, in /proc/PID/stat */
#define FIELDS	    27 /* up to env_end */
#define FIELD(n)    fields[(n)-FIRST_FIELD] /* as proc_pid_stat(5) counts them */

/* The command line is one for each process, and so is this. */
static struct {
	char *room[2]; /* NULL: not prepared; one is shown, the other is written */
	int shown;
	struct prctl_mm_map map;
} title;

/* Fields of /proc/self/stat from start_code on, behind the name, which may hold anything. */
static int fields_read(uint64_t ret_fields[FIELDS])
{
	char text[1024], *at;

	if (!file_read_text("/proc/self/stat", text, sizeof(text)))
		return -ENOENT;
	at = strrchr(text, ')');
	for (int field = 2; at && field < FIRST_FIELD; field++)
		at = strchr(at + 1, ' ');
	for (int i = 0; i < FIELDS; i++) {
		if (!at)
			return -ENODATA;
		ret_fields[i] = strtoull(at + 1, &at, 10);
	}
	return 0;
}

int title_prepare(size_t size)
{
	uint64_t fields[FIELDS];
	void *room;
	int result = fields_read(fields);

	if (result)
		return result;
	room = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return -errno;
	title.room[0] = room;
	title.room[1] = title.room[0] + size;
	title.map = (struct prctl_mm_map){
		.start_code = FIELD(26),
		.end_code = FIELD(27),
		.start_stack = FIELD(28),
		.start_data = FIELD(45),
		.end_data = FIELD(46),
		.start_brk = FIELD(47),
		.brk = (uint64_t)(uintptr_t)sbrk(0),
		.env_start = FIELD(50),
		.env_end = FIELD(51),
		.exe_fd = (uint32_t)-1,
	};
	return 0;
}

char *title_room(void)
{
	return title.room[!title.shown];
}

int title_show(size_t length)
{
	title.map.arg_start = (uint64_t)(uintptr_t)title_room();
	title.map.arg_end = title.map.arg_start + length;
	title.map.brk = (uint64_t)(uintptr_t)sbrk(0);
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, &title.map, sizeof(title.map), 0))
		return -errno;
	title.shown = !title.shown;
	return 0;
}
