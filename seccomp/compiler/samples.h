/* samples.h: the argument values at which a condition could change its mind. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "seccomp/profile/profile.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLES_PER_ARGUMENT 4096
#define SAMPLES_MAX	     20000

/* For each argument the values to try: 0, and for one that a condition is about many more. */
struct samples {
	uint64_t values[ARGUMENTS_MAX][SAMPLES_PER_ARGUMENT];
	size_t counts[ARGUMENTS_MAX];
};

void samples_reset(struct samples *samples);

/* Add the values around one condition's, its halves' included. More than there is room for are left
 * out.
 */
void samples_add(struct samples *samples, const struct condition *condition);

/* Add one value for one argument, as above. */
void samples_add_value(struct samples *samples, unsigned int argument, uint64_t value);

/* Call visit for the combinations of values: all of them if they are at most SAMPLES_MAX. Stops,
 * and returns false, as soon as visit returns false. data->args is overwritten.
 */
bool samples_visit(const struct samples *samples, struct seccomp_data *data,
		   bool (*visit)(const struct seccomp_data *data, void *context), void *context);

#endif
