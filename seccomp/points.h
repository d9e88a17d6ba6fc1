/* points.h: the argument values at which a condition could change its mind. */
#ifndef POINTS_H
#define POINTS_H

#include "seccomp/profile.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POINTS_PER_ARGUMENT 4096
#define POINTS_MAX	    20000

/* For each argument the values to try: 0, and for one that a condition is about many more. */
struct points {
	uint64_t values[ARGUMENTS_MAX][POINTS_PER_ARGUMENT];
	size_t counts[ARGUMENTS_MAX];
};

void points_reset(struct points *points);

/* Add the values around one condition's, its halves' included. More than there is room for are left
 * out.
 */
void points_add(struct points *points, const struct condition *condition);

/* Add one value for one argument, as above. */
void points_add_value(struct points *points, unsigned int argument, uint64_t value);

/* Call visit for the combinations of values: all of them if they are at most POINTS_MAX. Stops, and
 * returns false, as soon as visit returns false. data->args is overwritten.
 */
bool points_visit(const struct points *points, struct seccomp_data *data,
		  bool (*visit)(const struct seccomp_data *data, void *context), void *context);

#endif
