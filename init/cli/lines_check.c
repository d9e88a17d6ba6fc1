/* --check of --with-file: a process that has stepped down reads the files and looks at their lines.
 */
#include "init/cli/lines.h"

#include "init/steps/file_env.h"
#include "init/steps/steps.h"
#include "init/steps/trial.h"
#include "init/supervise/helpers.h"
#include "init/sys/text.h"

#include <string.h>
#include <sys/mman.h>

#define ROOM (256 << 10)

/* In memory that is shared with the process that answers. */
struct findings {
	unsigned stop_ms;
	bool names_command;
	size_t length;
	char words[ROOM]; /* of each line four: "ok" or "", whose, which step, and what */
};

struct question {
	struct run *run;
	const struct outlook *outlook;
	struct findings *findings;
};

/* --- in the process that has stepped down ---------------------------------------------------- */

static bool word_add(struct findings *findings, const char *word)
{
	const size_t size = strlen(word) + 1;

	if (size > ROOM - findings->length)
		return false;
	memcpy(findings->words + findings->length, word, size);
	findings->length += size;
	return true;
}

static bool line_add(struct findings *findings, const struct outlook_line *line)
{
	return word_add(findings, line->ok ? "ok" : "") &&
	       word_add(findings, line->helper ? line->helper : "") &&
	       word_add(findings, line->step) && word_add(findings, line->text);
}

/* The command is a line of a file: what is left to be said of it. */
static void command_look(struct run *run, const struct plan *before, struct outlook *outlook)
{
	if (run->plan->file_env.at != before->file_env.at) {
		outlook->step = "file-env";
		file_env_check(run, outlook);
	}
	outlook->step = "chdir";
	folder_check(run, outlook);
	outlook->step = "command";
	command_check(run, outlook);
}

static const char *files_look(const void *context)
{
	const struct question *question = context;
	struct findings *findings = question->findings;
	struct run *run = question->run; /* our own copy: the process ends with this */
	struct outlook outlook = { .chowns = question->outlook->chowns,
				   .chown_count = question->outlook->chown_count };
	static struct plan whole;
	const struct plan *before = run->plan;
	const bool had_command = before->command[0];
	const struct failure *failure = lines_read_files(run->plan, &whole);
	char text[1024];

	if (failure)
		return text_format("%s", failure_format(failure, text, sizeof(text)));
	run->plan = &whole;
	run->ports.keeps = BIND_NOBODY; /* we have dropped, and cannot once more */
	findings->stop_ms = helpers_longest_stop_ms(&whole);
	findings->names_command = !had_command;
	helpers_check_of_files(run, &outlook);
	if (!had_command)
		command_look(run, before, &outlook);
	for (size_t i = 0; i < outlook.line_count; i++) {
		if (!line_add(findings, &outlook.lines[i]))
			return "there is more to say of its lines than there is room for";
	}
	return NULL;
}

/* --- in the one that asks -------------------------------------------------------------------- */

/* The next word; "" behind the last one. */
static const char *word_take(const struct findings *findings, size_t *at)
{
	const char *word = findings->words + (*at < ROOM ? *at : ROOM - 1);

	*at += strlen(word) + 1;
	return word;
}

static void lines_say(const struct findings *findings, struct outlook *outlook)
{
	struct outlook said = { 0 };

	for (size_t at = 0; at < findings->length;) {
		const bool ok = *word_take(findings, &at);
		const char *helper = word_take(findings, &at);

		said.helper = *helper ? helper : NULL;
		said.step = word_take(findings, &at);
		outlook_say(&said, ok, "%s", word_take(findings, &at));
	}
	outlook_take(outlook, &said);
}

void lines_check(struct run *run, struct outlook *outlook)
{
	struct question question = { .run = run, .outlook = outlook };
	const char *obstacle;

	if (!lines_have_file(run->plan) || outlook->no_drop)
		return;
	question.findings = mmap(NULL, sizeof(*question.findings), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (question.findings == MAP_FAILED) {
		outlook_refuse(outlook, "", failure_of_memory());
		return; /* cppcheck-suppress memleak ; there is none */
	}
	obstacle = trial_ask(run, files_look, &question);
	outlook_say(outlook, !obstacle, "%s",
		    obstacle ? obstacle : "the lines of all files are good");
	lines_say(question.findings, outlook);
	outlook->names_command = question.findings->names_command;
	if (!obstacle)
		helpers_say_longest_stop(outlook, question.findings->stop_ms);
}
