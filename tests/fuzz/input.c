/* Input as numbers, texts and files. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int fuzz_file(const void *bytes, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	FUZZ_ASSERT(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	FUZZ_ASSERT(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

void fuzz_take(struct fuzz_input *input, void *ret, size_t size)
{
	const size_t there = size < input->size ? size : input->size;

	memset(ret, 0, size);
	if (there)
		memcpy(ret, input->data, there);
	input->data += there;
	input->size -= there;
}
