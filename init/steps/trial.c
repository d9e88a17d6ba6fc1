#include "init/steps/trial.h"

#include "init/privileges/drop.h"
#include "init/sys/effect.h"
#include "init/sys/file.h"
#include "init/sys/message.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_SIZE 4096

/* The drop may speak of what it goes without; only the answer counts here. */
static _Noreturn void answer(const struct run *run, trial_question *question, const void *context,
			     int to)
{
	const struct failure *failure;
	char text[TEXT_SIZE] = "";
	const char *obstacle = NULL;

	message_configure(MESSAGE_ERROR, false);
	failure = privileges_drop(run->plan, run->ports.keeps, run->profile.program.len);
	if (failure)
		obstacle = failure_format(failure, text, sizeof(text));
	else if (question)
		obstacle = question(context);
	if (!obstacle)
		obstacle = "";
	_exit(write(to, obstacle, strlen(obstacle) + 1) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

const char *trial_ask(const struct run *run, trial_question *question, const void *context)
{
	char text[TEXT_SIZE];
	ssize_t length;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return text_format("it cannot be tried: %s", strerror(errno));
	pid = effect_fork(0);
	if (!pid)
		answer(run, question, context, ends[1]);
	(void)close(ends[1]); /* the child's */
	length = pid < 0 ? pid : file_read_up_to(ends[0], text, sizeof(text) - 1);
	(void)close(ends[0]); /* it was only read */
	if (pid < 0)
		return text_format("it cannot be tried: %s", strerror(-pid));
	(void)waitpid(pid, NULL, 0); /* what it had to say is here */
	if (length <= 0)
		return "it cannot be tried: the process that tried it ended without an answer";
	text[length] = '\0';
	return *text ? text_format("%s", text) : NULL;
}
