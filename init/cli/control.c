#include "init/cli/control.h"

#include "init/cli/output.h"
#include "init/compat/compat.h"
#include "init/supervise/helper_state.h"
#include "init/sys/clock.h"
#include "init/sys/file.h"
#include "init/sys/process.h"
#include "init/sys/signals.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CMDLINE	     "/proc/1/cmdline"
#define CMDLINE_SIZE (64 << 10)
#define READ_TRIES   100

/* --- PID 1's words -------------------------------------------------------------------------- */

static ssize_t cmdline_read(char *ret_text)
{
	const int fd = open(CMDLINE, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = file_read_up_to(fd, ret_text, CMDLINE_SIZE - 1);
	(void)close(fd); /* it was only read */
	if (length >= 0)
		ret_text[length] = '\0';
	return length;
}

/* Twice, until both are equal: PID 1 may be writing it. */
static ssize_t words_read(char *ret_text)
{
	char *again = malloc(CMDLINE_SIZE);
	ssize_t length = again ? -EAGAIN : -ENOMEM;

	for (int i = 0; again && length == -EAGAIN && i < READ_TRIES; i++) {
		const ssize_t first = cmdline_read(ret_text);

		if (first < 0 ||
		    (cmdline_read(again) == first && !memcmp(ret_text, again, (size_t)first)))
			length = first;
	}
	free(again);
	return length;
}

static const char *word_next(const char *at, const char *end)
{
	at += strlen(at) + 1;
	return at < end ? at : NULL;
}

/* It is still the command line that PID 1 was started with: does that ask for helpers? */
static bool asks_for_helpers(const char *at, const char *end)
{
	while (at && strcmp(at, "--") != 0 && strncmp(at, "--with", strlen("--with")) != 0)
		at = word_next(at, end);
	return at && strcmp(at, "--") != 0;
}

static const struct failure *words_find(const char *typed, char *ret_text, const char **ret_end)
{
	const ssize_t length = words_read(ret_text);

	if (length == -ENOENT || length == -EACCES || length == 0)
		return failure_new(
			typed, 0,
			"/proc is not mounted, or with hidepid: then ask as root, or as PID 1's "
			"user",
			"PID 1 cannot be seen");
	if (length < 0)
		return failure_new(typed, (int)-length, NULL, "cannot read " CMDLINE);
	*ret_end = ret_text + length;
	if (strcmp(ret_text, HELPER_TITLE) == 0)
		return NULL;
	if (asks_for_helpers(ret_text, *ret_end))
		return failure_new(
			typed, 0,
			"gVisor has no PR_SET_MM_MAP, nor has a kernel without "
			"CONFIG_CHECKPOINT_RESTORE: look with ps",
			"PID 1 does not show what it looks after: it has not come so far, or this "
			"kernel does not let it change its command line");
	return failure_new(typed, 0,
			   "it is drop-init with --with or --with-file that has helpers, as PID 1 "
			   "of this container and not beside another init",
			   "PID 1 looks after no helpers: its command line begins with '%s'",
			   ret_text);
}

/* --- --status ------------------------------------------------------------------------------- */

static bool is_well(const struct helper_word *word)
{
	return word->optional ||
	       (word->state.phase != HELPER_BACKING_OFF && word->state.phase != HELPER_GIVEN_UP);
}

static const char *last_end_format(int status)
{
	if (status < 0)
		return "-";
	if (WIFSIGNALED(status))
		return signal_name(WTERMSIG(status));
	return text_format("exit %d", WEXITSTATUS(status));
}

static const char *seconds_format(int64_t ms)
{
	return text_format("%lld.%llds", (long long)(ms / 1000), (long long)(ms % 1000 / 100));
}

static void row_print(FILE *out, const struct helper_word *word, bool json)
{
	const struct helper_state *state = &word->state;
	const int64_t now = clock_ms(), since = now - state->since_ms;
	const int64_t next = state->next_ms > now ? state->next_ms - now : 0;

	if (json)
		(void)fprintf(
			out,
			"{\"name\":\"%s\",\"state\":\"%s\",\"pid\":%d,\"since_ms\":%lld,"
			"\"restarts\":%u,\"last\":\"%s\",\"next_ms\":%lld,\"optional\":%s,\"ok\":%s}\n",
			word->name, helper_phase_name(state->phase), state->pid, (long long)since,
			state->restarts,
			state->last_status < 0 ? "" : last_end_format(state->last_status),
			(long long)next, word->optional ? "true" : "false",
			is_well(word) ? "true" : "false");
	else
		(void)fprintf(out, "%-32s %-12s %7s %10s %8u %-9s %s\n", word->name,
			      helper_phase_name(state->phase),
			      state->pid ? text_format("%d", state->pid) : "-",
			      seconds_format(since), state->restarts,
			      last_end_format(state->last_status),
			      state->next_ms ? seconds_format(next) : "-");
}

static const struct failure *status_print(const struct plan *plan, const char *words,
					  const char *end, int *ret_status)
{
	struct helper_word word = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size); /* fclose(3) tells of a failure */

	if (!out)
		return failure_of_memory();
	*ret_status = EXIT_SUCCESS;
	if (!plan->json)
		(void)fprintf(out, "%-32s %-12s %7s %10s %8s %-9s %s\n", "NAME", "STATE", "PID",
			      "SINCE", "RESTARTS", "LAST", "NEXT");
	while ((words = word_next(words, end))) {
		if (!helper_word_parse(words, &word))
			continue;
		row_print(out, &word, plan->json);
		if (!is_well(&word))
			*ret_status = EXIT_FAILURE;
	}
	return fclose(out) ? failure_of_memory() : output_write(STDOUT_FILENO, text);
}

/* --- signals -------------------------------------------------------------------------------- */

static const struct failure *word_find(const char *typed, const char *name, const char *words,
				       const char *end, struct helper_word *ret_word)
{
	const char *known = "";

	while ((words = word_next(words, end))) {
		if (!helper_word_parse(words, ret_word))
			continue;
		if (!strcmp(ret_word->name, name))
			return NULL;
		known = text_format("%s%s%s", known, *known ? ", " : "", ret_word->name);
	}
	return failure_new(typed, 0, text_format("there are: %s", known),
			   "no helper is called '%s'", name);
}

/* Root becomes the process's user: without CAP_KILL it could not signal another's. */
static int user_take_on(pid_t pid)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0)
		return 0;
	if (!process_owner(pid, &uid, &gid))
		return -ESRCH;
	if (uid == 0)
		return 0;
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* By pidfd, and after a look that it is the child of who should be its parent: a number may have
 * gone to another process. */
static const struct failure *process_signal(const char *typed, pid_t pid, pid_t parent, int number)
{
	const int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct process process;
	int result = pidfd < 0 ? -errno : 0;

	if (!result && (!process_read(pid, &process) || process.parent != parent))
		result = -ESRCH;
	if (!result)
		result = user_take_on(pid);
	if (!result && syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0))
		result = -errno;
	return result ? failure_new(
				typed, -result,
				result == -EPERM
					? "do it as the helper's user, or as root with KILL, or "
					  "SETUID and SETGID"
				: result == -ESRCH ? "it has just ended: look with --status"
						   : NULL,
				"cannot signal process %d", pid)
		      : NULL;
}

static const struct failure *helper_signal(const char *typed, const struct helper_word *word,
					   int number)
{
	if (!word->state.pid)
		return failure_new(typed, 0, NULL, "it does not run now: it is %s",
				   helper_phase_name(word->state.phase));
	return process_signal(typed, word->state.pid, word->keeper ? word->keeper : 1, number);
}

/* Its keeper stops it, and whatever it has left behind, and starts it again. */
static const struct failure *helper_restart(const char *typed, const struct helper_word *word)
{
	const enum helper_phase phase = word->state.phase;

	if (!word->keeper)
		return failure_new(typed, 0, "restart the container",
				   "the command is not restarted: the container ends with it");
	if (word->once)
		return failure_new(typed, 0, NULL, "it runs once, before what comes after it");
	if (phase == HELPER_DONE || phase == HELPER_GIVEN_UP)
		return failure_new(typed, 0, "restart the container",
				   "nobody looks after it any more: it is %s",
				   helper_phase_name(phase));
	return process_signal(typed, word->keeper, 1, SIGHUP);
}

/* --signal takes its NAME as an operand. */
static const struct failure *
operands_check(const char *typed, const struct control_request *control, char *const *operands)
{
	if (control->signal && !*operands)
		return failure_new(typed, 0, "--signal SIGNAL NAME", "no helper is named");
	operands += control->signal != 0;
	if (*operands)
		return failure_new(typed, 0, NULL, "'%s' is one word too many", *operands);
	return NULL;
}

/* --- all of it ------------------------------------------------------------------------------ */

static const struct failure *helpers_act(const struct plan *plan, int *ret_status)
{
	char *text = malloc(CMDLINE_SIZE);
	const struct control_request *control = &plan->control;
	const char *name = control->name ? control->name : plan->command[0];
	const char *typed = control->signal
				    ? text_format("--signal %s", signal_name(control->signal))
			    : control->restarts ? text_format("--restart-helper %s", name)
						: "--status";
	struct helper_word word = { 0 };
	const char *end = text;
	const struct failure *failure;

	if (!text)
		return failure_of_memory();
	*ret_status = EXIT_SUCCESS;
	failure = operands_check(typed, control, plan->command);
	if (!failure)
		failure = words_find(typed, text, &end);
	if (failure)
		return failure;
	if (control->status)
		return status_print(plan, text, end, ret_status);
	failure = word_find(typed, name, text, end, &word);
	if (failure)
		return failure;
	return control->restarts ? helper_restart(typed, &word)
				 : helper_signal(typed, &word, control->signal);
}

const struct failure *control_run(const struct plan *plan, int *ret_status)
{
	*ret_status = plan->print.status;
	if (plan->print.text)
		return output_write(plan->print.fd, plan->print.text);
	if (plan->control.asked)
		return helpers_act(plan, ret_status);
	compat_pause();
	return NULL;
}
