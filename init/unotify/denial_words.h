/* denial_words.h: system calls and their arguments in words, for messages. */
#ifndef DENIAL_WORDS_H
#define DENIAL_WORDS_H

#include "init/filter/filter.h"

#include <stddef.h>

/* "mount(2)", or "system call 123" where it has no name here (another architecture's, a new one).
 */
void denial_call_format(const struct seccomp_data *call, char *ret_text, size_t size);

/* " with argument 0 = 38 (AF_ALG)", or "" where no argument decided. */
void denial_argument_format(const struct seccomp_data *call, const struct program_result *result,
			    char *ret_text, size_t size);

#endif
