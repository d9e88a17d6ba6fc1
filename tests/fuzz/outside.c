/* What is between the parsers and the end of the process, in place of init/message.c and
 * init/output.c: a message is put together and thrown away, and dying is a jump.
 *
 * malloc and its family, exit and _exit are linked with --wrap. */
#include "fuzz.h"
#include "init/message.h"
#include "init/output.h"

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
void __wrap_free(void *memory);
_Noreturn void __wrap_exit(int status);
_Noreturn void __wrap__exit(int status);

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

__attribute__((format(printf, 1, 0))) static void speak(const char *format, va_list arguments)
{
	char text[4096];

	vsnprintf(text, sizeof(text), format, arguments);
}

void message_configure(int verbosity, bool json)
{
	(void)verbosity;
	(void)json;
}

bool message_wanted(enum message_level level)
{
	(void)level;
	return true;
}

void message(enum message_level level, const char *format, ...)
{
	va_list arguments;

	(void)level;
	va_start(arguments, format);
	speak(format, arguments);
	va_end(arguments);
}

void message_last(enum message_level level, const char *format, ...)
{
	va_list arguments;

	(void)level;
	va_start(arguments, format);
	speak(format, arguments);
	va_end(arguments);
}

void die_with(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	speak(format, arguments);
	va_end(arguments);
	__wrap_exit(status);
}

void output_write(const char *text)
{
	FUZZ_ASSERT(strlen(text) > 0);
}
