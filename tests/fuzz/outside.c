/* What is between the parsers and the end of the process: a message is put together and thrown
 * away, and dying is a jump. malloc and its family, exit, _exit and write are linked with --wrap.
 */
#include "fuzz.h"
#include "init/sys/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALLOCATIONS 65536

static jmp_buf end;
static bool running;
static void *allocations[ALLOCATIONS];
static size_t allocation_count;

void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
_Noreturn void __real_exit(int status);
_Noreturn void __real__exit(int status);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);
int __real_vasprintf(char **ret_text, const char *format, va_list arguments);
int __wrap_vasprintf(char **ret_text, const char *format, va_list arguments);
void __wrap_free(void *memory);
_Noreturn void __wrap_exit(int status);
_Noreturn void __wrap__exit(int status);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);

/* What open_memstream(3) has made is libc's own malloc's, and the plan's like all the rest. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:fclose\nleak:open_memstream\n";
}

/* --- memory ---------------------------------------------------------------------------------- */

static void *remember(void *memory)
{
	if (!running || !memory)
		return memory;
	FUZZ_ASSERT(allocation_count < ALLOCATIONS);
	return allocations[allocation_count++] = memory;
}

static void forget(const void *memory)
{
	for (size_t i = allocation_count; memory && i-- > 0;) {
		if (allocations[i] == memory) {
			allocations[i] = allocations[--allocation_count];
			return;
		}
	}
}

/* libc's own malloc is not the one that is wrapped. */
int __wrap_vasprintf(char **ret_text, const char *format, va_list arguments)
{
	int length = __real_vasprintf(ret_text, format, arguments);

	if (length >= 0)
		(void)remember(*ret_text);
	return length;
}

void *__wrap_malloc(size_t size)
{
	return remember(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	size_t whole;
	void *memory;

	if (__builtin_mul_overflow(count, size, &whole))
		return NULL;
	memory = __real_malloc(whole);
	return memory ? remember(memset(memory, 0, whole)) : NULL;
}

void *__wrap_realloc(void *memory, size_t size)
{
	forget(memory);
	return remember(__real_realloc(memory, size));
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	size_t whole;

	return __builtin_mul_overflow(count, size, &whole) ? NULL : __wrap_realloc(memory, whole);
}

char *__wrap_strdup(const char *text)
{
	const size_t size = strlen(text) + 1;
	char *copy = __wrap_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

void __wrap_free(void *memory)
{
	forget(memory);
	__real_free(memory);
}

/* --- the end --------------------------------------------------------------------------------- */

bool fuzz_is_running(void)
{
	return running;
}

void fuzz_run(void (*run)(void *context), void *context)
{
	message_configure(MESSAGE_DEBUG, false);
	running = true;
	if (!setjmp(end))
		run(context);
	running = false;
	while (allocation_count)
		__real_free(allocations[--allocation_count]);
}

void __wrap_exit(int status)
{
	if (running)
		longjmp(end, 1);
	__real_exit(status);
}

void __wrap__exit(int status)
{
	if (running)
		longjmp(end, 1);
	__real__exit(status);
}

/* Messages and --help are put together, and read by nobody. */
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	if (running && fd <= STDERR_FILENO)
		return (ssize_t)size;
	return __real_write(fd, bytes, size);
}
