/* fuzz.h: what the harnesses of drop-init share. Its parsers end the process when they do not
 * understand what they read, and never give back what they keep: here both end with the input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every harness is: libFuzzer calls it, or replay.c with the files of the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Call RUN. Dying ends it, exiting too, and every allocation that it made is given back. */
void fuzz_run(void (*run)(void *context), void *context);

/* Is it the input that runs, and not what runs the harness? */
bool fuzz_is_running(void);

/* What must hold, whatever the input is. */
#define FUZZ_ASSERT(condition)                                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			__builtin_trap();                                                          \
	} while (0)

/* A file with these bytes, for those who take a path: /proc/self/fd/N. */
int fuzz_file(const void *bytes, size_t size);

/* Take this many bytes off the front of the input; those that are missing are 0. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

void fuzz_take(struct fuzz_input *input, void *ret, size_t size);

static inline uint32_t fuzz_number(struct fuzz_input *input, uint32_t limit)
{
	uint32_t number;

	fuzz_take(input, &number, sizeof(number));
	return number % limit;
}

#endif
