/* clock.h: time that only goes forward, for time-outs. clock_gettime(2) */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* the clock exists: no failure */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
