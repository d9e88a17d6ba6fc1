/* clock.h: the time that passes: for delays and deadlines, not for dates. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past; never goes back. clock_gettime(2), CLOCK_MONOTONIC */
int64_t clock_ms(void);

#endif
