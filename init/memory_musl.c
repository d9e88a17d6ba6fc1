/* malloc(3) for the static build, in place of musl's, which is 9 KiB, and four system calls and
 * three dirty pages in every PID 1 that allocates anything at all. What is allocated here is small
 * and lives until the command runs, but for the nodes of the ownership walk, which come and go by
 * the million.
 *
 * Blocks are powers of two behind a header that says which; a freed one waits in the list of its
 * size. Nothing goes back to the kernel. Where libc is shared (STATIC=0) this file is empty. */
#ifdef STATIC_BUILD

#include "init/layout.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT   16
#define SIZE_COUNT  48
#define FIRST_CHUNK 4096
#define CHUNK	    262144

union header {
	struct {
		unsigned size;	    /* the block, header included, is 1 << size bytes */
		union header *next; /* while it is free */
	};
	char room[ALIGNMENT];
};

_Static_assert(sizeof(union header) == ALIGNMENT, "blocks stay aligned");

/* Enough for most starts, and mapped already. */
static LARGE_SELDOM_USED _Alignas(ALIGNMENT) char first_chunk[FIRST_CHUNK];
static char *chunk = first_chunk, *chunk_end = first_chunk + FIRST_CHUNK;
static union header *waiting[SIZE_COUNT];
static atomic_flag busy = ATOMIC_FLAG_INIT; /* the walk has two threads */

static void memory_lock(void)
{
	while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
		; /* held for a few instructions, or one mmap(2) */
}

static void memory_unlock(void)
{
	atomic_flag_clear_explicit(&busy, memory_order_release);
}

/* Cut a block off the chunk; what is left of a chunk that is too small is given up. */
static union header *carve(size_t length)
{
	const size_t wanted = length > CHUNK ? length : CHUNK;
	char *block = chunk;

	if ((size_t)(chunk_end - chunk) < length) {
		block = mmap(NULL, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		if (block == MAP_FAILED)
			return NULL;
		chunk_end = block + wanted;
	}
	chunk = block + length;
	return (union header *)block;
}

/* Not malloc() itself: the compiler would make calloc() below, malloc and memset, call calloc. */
static void *allocate(size_t length)
{
	unsigned size = 5;
	union header *block;

	if (length > PTRDIFF_MAX - ALIGNMENT) {
		errno = ENOMEM;
		return NULL;
	}
	while (((size_t)1 << size) < length + ALIGNMENT)
		size++;
	memory_lock();
	block = waiting[size];
	if (block)
		waiting[size] = block->next;
	else
		block = carve((size_t)1 << size);
	memory_unlock();
	if (!block) {
		errno = ENOMEM;
		return NULL;
	}
	block->size = size;
	return block + 1;
}

void *malloc(size_t length)
{
	return allocate(length);
}

void free(void *memory)
{
	union header *block = memory;

	if (!memory)
		return;
	block--;
	memory_lock();
	/* cppcheck-suppress overlappingWriteUnion ; a pointer to one is no part of it */
	block->next = waiting[block->size];
	waiting[block->size] = block;
	memory_unlock();
}

void *calloc(size_t count, size_t size)
{
	size_t length;
	void *memory;

	if (__builtin_mul_overflow(count, size, &length)) {
		errno = ENOMEM;
		return NULL;
	}
	memory = allocate(length);
	return memory ? memset(memory, 0, length) : NULL;
}

void *realloc(void *memory, size_t length)
{
	union header *block = memory;
	size_t room;
	void *grown;

	if (!memory)
		return allocate(length);
	room = ((size_t)1 << block[-1].size) - ALIGNMENT;
	if (length <= room)
		return memory;
	grown = allocate(length);
	if (!grown)
		return NULL;
	memcpy(grown, memory, room);
	free(memory);
	return grown;
}

#endif
