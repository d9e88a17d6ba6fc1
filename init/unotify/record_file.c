#include "init/unotify/record.h"
#include "init/unotify/record_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LARGEST_FILE 65536 /* all calls with all values fit in a quarter of it */

/* --- before the command starts -------------------------------------------------------------- */

/* Calls that cannot wait for PID 1, and that everyone needs. execve and exit_group are made while
 * it is still suspended by vfork; an interrupted rt_sigreturn, exit or restart_syscall has no way
 * to return. And one that chance makes: a thread that spins for a lock gives way, in one run of
 * many (Go's runtime, Java's). */
static void record_start(struct record *record)
{
	static const int silent[] = { SYS_execve,	   SYS_exit,
				      SYS_exit_group,	   SYS_rt_sigreturn,
				      SYS_restart_syscall, SYS_sched_yield };

	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		syscall_set_add(&record->calls, silent[i]);
	/* A filter that is there before ours answers first: we never hear of what it refuses. */
	record->hidden = request_proc_field(getpid(), "status", "Seccomp") == SECCOMP_MODE_FILTER;
}

static const char *earlier_read(struct record *record)
{
	char *text = calloc(1, LARGEST_FILE + 1);
	const char *wrong = NULL;
	ssize_t n;

	if (!text)
		return strerror(ENOMEM);
	n = pread(record->file, text, LARGEST_FILE, 0);
	if (n < 0)
		wrong = strerror(errno);
	else if (n == LARGEST_FILE || strlen(text) != (size_t)n)
		wrong = "it is not a profile that --record has written";
	else if (n > 0)
		wrong = record_read(record, text);
	free(text);
	return wrong;
}

const char *record_open(struct record *record, const char *path, int file)
{
	struct stat status = { 0 };

	*record = (struct record){ .path = path, .file = file, .lock = PTHREAD_MUTEX_INITIALIZER };
	if (sem_init(&record->ended, 0, 0) || fstat(file, &status))
		return strerror(errno);
	if (!S_ISREG(status.st_mode))
		return "it is not a regular file";
	return status.st_nlink > 1 ? "it has several names, and may be somebody's" : NULL;
}

/* Nothing that is not a recording is ever overwritten. */
const char *record_load(struct record *record)
{
	const char *wrong;

	record_start(record);
	wrong = earlier_read(record);
	record->before = record->calls;
	return wrong;
}

/* --- after it has ended --------------------------------------------------------------------- */

#define LONGEST_PIECE  256
#define LONGEST_WAIT_S 1

struct writer {
	const struct record *record;
	int error; /* the first one */
	size_t length;
	char text[4096]; /* what is not in the file yet */
};

static void flush(struct writer *w)
{
	errno = 0;
	if (w->error == 0 && write(w->record->file, w->text, w->length) != (ssize_t)w->length)
		w->error = errno ? -errno : -ENOSPC;
	w->length = 0;
}

static void put(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
	va_list arguments;

	if (sizeof(w->text) - w->length < LONGEST_PIECE)
		flush(w);
	va_start(arguments, format);
	w->length += (size_t)vsnprintf(w->text + w->length, LONGEST_PIECE, format, arguments);
	va_end(arguments);
}

/* The values that a call was recorded with, and the INDEX of their argument; NULL: it is allowed
 * with any. */
static const struct record_argument *argument_find(const struct record *record, int call,
						   int *ret_index)
{
	int slot;

	*ret_index = record_argument_find(call, &slot);
	return *ret_index < 0 || record->arguments[slot].any ? NULL : &record->arguments[slot];
}

/* Calls that are allowed whatever they are called with, in one rule. */
static void put_plain(struct writer *w, const struct syscall_entry *calls, int count)
{
	const char *separator = "";
	int index;

	put(w, "\t\t{\n\t\t\t\"names\": [");
	for (int i = 0; i < count; i++) {
		if (argument_find(w->record, calls[i].number, &index))
			continue;
		put(w, "%s\n\t\t\t\t\"%s\"", separator, calls[i].name);
		separator = ",";
	}
	/* Profiles have comments in their rules only. */
	put(w, "\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\",\n\t\t\t\"comment\": \"%s",
	    RECORD_COMMENT);
	if (w->record->hidden)
		put(w,
		    " What an outer profile refused (Docker's, podman's) was not seen, and is not "
		    "listed.");
	put(w, "\"\n\t\t},\n");
}

/* int arguments: the kernel looks at 32 bits of them, so the filter must too. */
static void put_compared(struct writer *w, const struct syscall_entry *call)
{
	int index;
	const struct record_argument *argument = argument_find(w->record, call->number, &index);

	for (unsigned i = 0; argument && i < argument->count; i++) {
		put(w, "\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"%s\"\n\t\t\t],\n", call->name);
		put(w, "\t\t\t\"action\": \"SCMP_ACT_ALLOW\",\n\t\t\t\"args\": [\n\t\t\t\t{\n");
		put(w, "\t\t\t\t\t\"index\": %d,\n\t\t\t\t\t\"value\": %" PRIu32 ",\n", index,
		    UINT32_MAX);
		put(w, "\t\t\t\t\t\"valueTwo\": %" PRIu32 ",\n", argument->values[i]);
		put(w, "\t\t\t\t\t\"op\": \"SCMP_CMP_MASKED_EQ\"\n\t\t\t\t}\n\t\t\t]\n\t\t},\n");
	}
}

static void put_profile(struct writer *w)
{
	struct syscall_entry calls[SYSCALL_COUNT];
	const int count = syscall_sort(&w->record->calls, calls);

	put(w, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": %d,\n", EPERM);
	put(w, "\t\"architectures\": [\n\t\t\"%s\"\n\t],\n", RECORD_ARCHITECTURE);
	put(w, "\t\"syscalls\": [\n");
	put_plain(w, calls, count);
	for (int i = 0; i < count; i++)
		put_compared(w, &calls[i]);
	put(w, "\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"clone3\"\n\t\t\t],\n");
	put(w, "\t\t\t\"action\": \"SCMP_ACT_ERRNO\",\n\t\t\t\"errnoRet\": %d\n\t\t}\n\t]\n}\n",
	    ENOSYS);
}

/* Who notes may be held up by what it looked at last: what it knows is written all the same. */
static void wait_for_end(struct record *record)
{
	struct timespec limit;

	(void)clock_gettime(CLOCK_REALTIME, &limit); /* the clock exists: no failure */
	limit.tv_sec += LONGEST_WAIT_S;
	while (sem_timedwait(&record->ended, &limit) && errno == EINTR)
		;
}

int record_write(struct record *record)
{
	struct writer w = { .record = record };
	off_t end;

	wait_for_end(record);
	if (lseek(record->file, 0, SEEK_SET) < 0)
		return -errno;
	(void)pthread_mutex_lock(
		&record->lock); /* cannot fail: an ordinary one, and not ours yet */
	put_profile(&w);
	(void)pthread_mutex_unlock(&record->lock); /* it is ours */
	flush(&w);
	if (w.error < 0)
		return w.error;
	/* Cut last: there is no moment at which the file is empty. */
	end = lseek(record->file, 0, SEEK_CUR);
	return end < 0 || ftruncate(record->file, end) < 0 ? -errno : 0;
}

void record_count(const struct record *record, int *ret_count, int *ret_new)
{
	*ret_count = *ret_new = 0;
	for (int call = 0; call < SYSCALL_COUNT; call++) {
		const bool known = syscall_set_has(&record->calls, call);

		*ret_count += known;
		*ret_new += known && !syscall_set_has(&record->before, call);
	}
}
