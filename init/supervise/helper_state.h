/* helper_state.h: how a helper is, as PID 1's command line tells it to whoever asks: one word for
 * each process, which `drop-init --status` reads. */
#ifndef HELPER_STATE_H
#define HELPER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HELPER_NAME_SIZE 33			  /* 32 bytes, as lines.h allows */
#define HELPER_WORD_SIZE 256			  /* of one helper's word, with its NUL */
#define HELPER_TITLE	 "drop-init looks after:" /* the first word */

enum helper_phase {
	HELPER_WAITING, /* for those before it */
	HELPER_RUNNING,
	HELPER_BACKING_OFF, /* it failed, and is started again at next_ms */
	HELPER_SLEEPING,    /* --every: it runs again at next_ms */
	HELPER_STOPPING,
	HELPER_DONE, /* --once, or --restart on-failure: as it should be */
	HELPER_GIVEN_UP,
	HELPER_PHASES,
};

struct helper_state {
	enum helper_phase phase;
	pid_t pid;	  /* of the helper; 0: it does not run */
	int64_t since_ms; /* by clock_ms(): when this phase began */
	int64_t next_ms;  /* when it starts again; 0: not by time */
	unsigned restarts;
	int last_status; /* as waitpid(2) gives it; -1: none yet */
};

/* What a word tells. */
struct helper_word {
	char name[HELPER_NAME_SIZE];
	pid_t keeper; /* 0: the command, which PID 1 looks after itself */
	bool optional, once;
	struct helper_state state;
};

const char *helper_phase_name(enum helper_phase phase);

/* Write the word, NUL-terminated. Returns its length. */
size_t helper_word_format(const struct helper_word *word, char text[HELPER_WORD_SIZE]);

/* False where it is none. */
bool helper_word_parse(const char *text, struct helper_word *ret_word);

#endif
