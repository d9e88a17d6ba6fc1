/* samples.h: the argument values at which a condition could change its mind. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "seccomp/profile/profile.h"

#define SAMPLES_PER_WORD 4096
#define SAMPLES_MAX	 20000

/* For each half of each argument (programs test words of 32 bits) the values to try: 0, and for one
 * that a condition is about many more.
 */
struct samples {
	uint32_t values[ARGUMENTS_MAX][2][SAMPLES_PER_WORD]; /* of the lower half, the upper half */
	size_t counts[ARGUMENTS_MAX][2];
};

void samples_reset(struct samples *samples);

/* Add one value of one half of an argument, its neighbours, 0 and the largest one. More than there
 * is room for are left out.
 */
void samples_add_word(struct samples *samples, unsigned int argument, bool high, uint32_t value);

/* Add the values around a condition's. */
void samples_add(struct samples *samples, const struct condition *condition);

/* Returns whether to go on. */
typedef bool sample_visitor(const struct seccomp_data *data, void *context);

/* Call visit for the combinations of values: all of them if they are at most SAMPLES_MAX; else for
 * all of any two words, and for as many at random. Stops, and returns false, as soon as visit
 * returns false. data->args is overwritten.
 */
bool samples_visit(const struct samples *samples, struct seccomp_data *data, sample_visitor *visit,
		   void *context);

#endif
