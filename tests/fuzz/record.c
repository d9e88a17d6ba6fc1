/* What --record reads of an earlier recording, it writes again, and that reads as the same. */
#include "fuzz.h"
#include "init/unotify/record.h"
#include "init/unotify/record_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_again(struct record *record)
{
	static char text[1 << 18];
	struct record again = { .file = -1 };
	ssize_t length;

	record->file = fuzz_file("", 0);
	FUZZ_ASSERT(record_write(record) == 0);
	length = pread(record->file, text, sizeof(text) - 1, 0);
	FUZZ_ASSERT(length > 0 && length < (ssize_t)sizeof(text) - 1);
	text[length] = '\0';
	FUZZ_ASSERT(!record_read(&again, text));
	FUZZ_ASSERT(!memcmp(&again.calls, &record->calls, sizeof(again.calls)));
	FUZZ_ASSERT(again.hidden == record->hidden);
	for (int i = 0; i < RECORD_ARGUMENTS; i++) {
		const struct record_argument *a = &again.arguments[i], *b = &record->arguments[i];

		FUZZ_ASSERT(a->any == b->any && (a->any || a->count == b->count));
		FUZZ_ASSERT(a->any || !memcmp(a->values, b->values, a->count * sizeof(*a->values)));
	}
	close(record->file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = { .file = -1 };
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!record_read(&record, text))
		write_again(&record);
	free(text);
	return 0;
}
