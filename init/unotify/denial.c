#include "init/unotify/denial.h"
#include "init/unotify/denial_words.h"
#include "init/sys/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM_SIZE sizeof(((struct denial *)NULL)->program)

void denials_open(struct denials *denials, const struct filter *profile)
{
	*denials = (struct denials){ .profile = profile, .lock = PTHREAD_MUTEX_INITIALIZER };
}

void denials_close(struct denials *denials)
{
	if (denials->named)
		(void)close(denials->name_file); /* only read from */
	denials->named = 0;
}

/* The file of the caller's name stays open: a flood of refusals comes from one caller, and opening
 * costs more than all the rest. It is bound to the process, not to its number: once that has gone
 * to another one, reading fails. */
static ssize_t name_read(struct denials *denials, pid_t pid, char *ret_text, size_t size)
{
	ssize_t n = -1;

	if (denials->named == pid)
		n = pread(denials->name_file, ret_text, size, 0);
	if (n > 0)
		return n;
	denials_close(denials);
	denials->name_file = request_open_proc(pid, "comm");
	denials->named = denials->name_file < 0 ? 0 : pid;
	return denials->named ? pread(denials->name_file, ret_text, size, 0) : -1;
}

/* The name of a process or a thread; "?" where it is gone. */
static void program_find(struct denials *denials, pid_t pid, char ret_name[PROGRAM_SIZE])
{
	char text[PROGRAM_SIZE];
	const ssize_t n = name_read(denials, pid, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	(void)snprintf(ret_name, PROGRAM_SIZE, "%s", n > 0 ? text : "?");
}

/* Add it; false where it is there already, or no more are remembered. */
static bool entry_add(struct denials *denials, const char *program, int call, __u32 arch)
{
	struct denial *d;

	for (unsigned i = 0; i < denials->count; i++) {
		d = &denials->entries[i];
		if (d->call == call && d->arch == arch && strcmp(d->program, program) == 0)
			return false;
	}
	if (denials->count == DENIAL_MEMORY)
		return false;
	d = &denials->entries[denials->count++];
	(void)snprintf(d->program, sizeof(d->program), "%s", program);
	d->call = call;
	d->arch = arch;
	return true;
}

/* A thread may have a name of its own. Both names are kept, so that a flood from it is recognized
 * without a look at its process. */
static bool is_first(struct denials *denials, const struct request *request, int call,
		     struct denied *denied)
{
	const pid_t thread = (pid_t)request->notif.pid;
	const __u32 arch = request->notif.data.arch;
	char name[PROGRAM_SIZE];

	program_find(denials, thread, name);
	if (!entry_add(denials, name, call, arch))
		return false;
	denied->pid = request_leader(thread);
	program_find(denials, denied->pid, denied->program);
	return strcmp(denied->program, name) == 0 ||
	       entry_add(denials, denied->program, call, arch);
}

bool denial_first(struct denials *denials, const struct request *request, int call,
		  struct denied *ret_denied)
{
	struct denied denied = { 0 };
	bool first = false;

	(void)pthread_mutex_lock(
		&denials->lock); /* cannot fail: an ordinary one, and not ours yet */
	if (denials->count < DENIAL_MEMORY)
		first = is_first(denials, request, call, &denied);
	(void)pthread_mutex_unlock(&denials->lock); /* it is ours */
	if (first)
		*ret_denied = denied;
	return first;
}

/* Whoever needs the call does not know what to do about it: once. */
static const char *advice_take(struct denials *denials)
{
	const bool advised = denials->advised;

	denials->advised = true; /* twice by two servers would be no harm */
	return advised ? ""
		       : "; --record FILE finds out what it needs, --seccomp docker-default.json "
			 "allows what Docker does";
}

static void denial_explain(struct denials *denials, const struct request *request,
			   const struct program_result *result)
{
	const struct seccomp_data *call = &request->notif.data;
	char name[64], argument[160];
	struct denied denied;

	if (!denial_first(denials, request, call->nr, &denied))
		return;
	denial_call_format(call, name, sizeof(name));
	denial_argument_format(call, result, argument, sizeof(argument));
	message(MESSAGE_WARNING, "%s[%d]: %s%s denied by the seccomp profile '%s' (EPERM%s)",
		denied.program, (int)denied.pid, name, argument, denials->profile->name,
		advice_take(denials));
	if (denials->count == DENIAL_MEMORY)
		message(MESSAGE_WARNING, "that is enough of them: no more denials are reported");
}

struct answer denial_answer(struct denials *denials, const struct request *request)
{
	const struct sock_fprog *program = &denials->profile->program;
	struct program_result result = { 0 };

	if (program->len)
		result = program_run(program, &request->notif.data);
	/* Only what has an errno is turned into a question; should it be otherwise, no is the
	 * answer. */
	if ((result.action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO)
		return (struct answer){ .error = -ENOSYS };
	if (result.action == (SECCOMP_RET_ERRNO | EPERM))
		denial_explain(denials, request, &result);
	return (struct answer){ .error = -(int)(result.action & SECCOMP_RET_DATA) };
}
