/* The command line and its twins: a line for each word; DROP_INIT_… ones are the environment. */
#include "fuzz.h"
#include "init/cli/options.h"

#include <stdlib.h>
#include <string.h>

#define WORDS 200

static void plan_assert(const struct plan *plan, char *const *arguments)
{
	FUZZ_ASSERT(plan->umask == MODE_UNSET || plan->umask <= 0777);
	FUZZ_ASSERT(plan->parent_death_signal >= 0 && plan->parent_death_signal < SIGNAL_COUNT);
	for (int n = 0; n < SIGNAL_COUNT; n++)
		FUZZ_ASSERT(plan->rewrite[n] < SIGNAL_COUNT);
	FUZZ_ASSERT(plan->rewrite[SIGKILL] == SIGKILL && plan->rewrite[SIGSTOP] == SIGSTOP);
	for (size_t i = 0; i < plan->port_count; i++)
		FUZZ_ASSERT(plan->ports[i].number > 0);
	for (size_t i = 0; i < plan->listen_count; i++) {
		const struct listen_spec *spec = &plan->listens[i];

		FUZZ_ASSERT(spec->address_length > sizeof(sa_family_t) &&
			    spec->address_length <= sizeof(spec->address));
		FUZZ_ASSERT(spec->mode == MODE_UNSET || spec->mode <= 07777);
	}
	for (size_t i = 0; i < plan->chown_count; i++)
		FUZZ_ASSERT(plan->chowns[i].path && *plan->chowns[i].path);
	/* the command is the end of what was typed */
	while (*arguments)
		arguments++;
	FUZZ_ASSERT(plan->command <= (char **)arguments);
}

struct words {
	char **arguments, **environment;
	int count;
};

static void parse(void *context)
{
	const struct words *words = context;
	struct plan plan;

	if (!options_parse(words->count, words->arguments, words->environment, &plan))
		plan_assert(&plan, words->arguments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text;
	char *arguments[WORDS + 2] = { (char[]){ "drop-init" } }, *environment[WORDS + 1];
	int count = 1, twins = 0;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *word; count + twins < WORDS && (word = strsep(&rest, "\n"));) {
		if (!strncmp(word, "DROP_INIT_", 10))
			environment[twins++] = word;
		else
			arguments[count++] = word;
	}
	arguments[count] = environment[twins] = NULL;
	fuzz_run(parse, &(struct words){ arguments, environment, count });
	free(text);
	return 0;
}
