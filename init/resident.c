#include "init/resident.h"

#include <stdint.h>
#include <sys/mman.h>

#define PAGE	    4096 /* or a multiple of it: then madvise(2) refuses, and nothing is given back */
#define STACK_DEPTH 65536 /* deeper than any step of the start goes */

/* Whole pages only. Where that fails nothing is lost but memory. */
static void forget(uintptr_t from, uintptr_t to)
{
	from = (from + PAGE - 1) / PAGE * PAGE;
	to = to / PAGE * PAGE;
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

/* All but the page that we are on, and what the call itself may use. */
static void forget_stack(void)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	forget(here - STACK_DEPTH, here - PAGE / 8);
}

#ifdef STATIC_BUILD
extern const char loop_text_end[], other_text_end[]; /* layout.ld's */

static void forget_text(void)
{
	forget((uintptr_t)loop_text_end, (uintptr_t)other_text_end);
}
#else
static void forget_text(void)
{
}
#endif

void resident_shrink(void)
{
	forget_stack();
	forget_text();
}
