#include "init/supervise/helper_state.h"

#include "init/sys/number.h"

#include <stdio.h>
#include <string.h>

static const char *const phase_names[HELPER_PHASES] = {
	[HELPER_WAITING] = "waiting",	      [HELPER_RUNNING] = "running",
	[HELPER_BACKING_OFF] = "backing-off", [HELPER_SLEEPING] = "sleeping",
	[HELPER_STOPPING] = "stopping",	      [HELPER_DONE] = "done",
	[HELPER_GIVEN_UP] = "given-up",
};

const char *helper_phase_name(enum helper_phase phase)
{
	return phase_names[phase];
}

static bool phase_parse(const char *name, enum helper_phase *ret)
{
	for (size_t i = 0; i < HELPER_PHASES; i++) {
		if (!strcmp(phase_names[i], name)) {
			*ret = (enum helper_phase)i;
			return true;
		}
	}
	return false;
}

size_t helper_word_format(const struct helper_word *word, char text[HELPER_WORD_SIZE])
{
	const struct helper_state *state = &word->state;

	return (size_t)snprintf(text, HELPER_WORD_SIZE,
				"%s=%s,pid=%d,keeper=%d,since=%lld,next=%lld,restarts=%u,last=%d,"
				"optional=%d,once=%d",
				word->name, phase_names[state->phase], state->pid, word->keeper,
				(long long)state->since_ms, (long long)state->next_ms,
				state->restarts, state->last_status, word->optional, word->once);
}

/* "KEY=NUMBER", and on to the next one; a minus is allowed. */
static bool field_parse(char **rest, const char *key, int64_t *ret)
{
	const char *field = strsep(rest, ",");
	const size_t length = strlen(key);
	uint64_t number;
	bool negative;

	if (!field || strncmp(field, key, length) != 0 || field[length] != '=')
		return false;
	field += length + 1;
	negative = *field == '-';
	if (!number_parse(field + negative, 0, INT64_MAX, &number))
		return false;
	*ret = negative ? -(int64_t)number : (int64_t)number;
	return true;
}

bool helper_word_parse(const char *text, struct helper_word *ret_word)
{
	static const char *const keys[] = { "pid",	"keeper", "since",    "next",
					    "restarts", "last",	  "optional", "once" };
	char copy[HELPER_WORD_SIZE], *rest = copy, *name, *phase;
	int64_t values[sizeof(keys) / sizeof(*keys)];

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	name = strsep(&rest, "=");
	phase = strsep(&rest, ",");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!field_parse(&rest, keys[i], &values[i]))
			return false;
	}
	if (strlen(name) >= sizeof(ret_word->name) || !phase_parse(phase, &ret_word->state.phase))
		return false;
	memcpy(ret_word->name, name, strlen(name) + 1);
	ret_word->keeper = (pid_t)values[1];
	ret_word->optional = values[6];
	ret_word->once = values[7];
	ret_word->state.pid = (pid_t)values[0];
	ret_word->state.since_ms = values[2];
	ret_word->state.next_ms = values[3];
	ret_word->state.restarts = (unsigned)values[4];
	ret_word->state.last_status = (int)values[5];
	return true;
}
