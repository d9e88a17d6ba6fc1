/* What --status reads: how all of them are, in PID 1's own command line. */
#include "init/supervise/helper_table.h"

#include "init/supervise/title.h"
#include "init/sys/clock.h"

#include <stdio.h>
#include <string.h>

void helpers_title_prepare(const struct helpers *helpers)
{
	/* Where the kernel cannot do it --status says so. */
	(void)title_prepare(sizeof(HELPER_TITLE) + (helpers->count + 1) * HELPER_WORD_SIZE);
}

static char *word_add(char *at, const struct helper_word *word)
{
	return at + helper_word_format(word, at) + 1;
}

void helpers_title_write(const struct helpers *helpers)
{
	const struct helper_word command = { .name = "command", .state = helpers->command };
	char *title = title_room(), *at;

	if (!title)
		return;
	memcpy(title, HELPER_TITLE, sizeof(HELPER_TITLE));
	at = word_add(title + sizeof(HELPER_TITLE), &command);
	for (size_t i = 0; i < helpers->count; i++) {
		const struct helper *helper = &helpers->at[i];
		struct helper_word word = { .keeper = helper->keeper,
					    .optional = helper->plan->helper.optional,
					    .once = helper->plan->helper.once,
					    .state = helper->state };

		snprintf(word.name, sizeof(word.name), "%s", helper_name(helper));
		at = word_add(at, &word);
	}
	(void)title_show((size_t)(at - title));
}

void helpers_show_command(struct run *run)
{
	struct helpers *helpers = run->helpers;

	if (!helpers)
		return;
	helpers->command.phase = HELPER_RUNNING;
	helpers->command.pid = helpers->loop->child.pid;
	helpers->command.since_ms = clock_ms();
	helpers_title_write(helpers);
}
