#include "seccomp/compiler/samples.h"

#include <string.h>

#define HIGH_ONE (1ULL << 32)

/* Any odd multiplier with good spread does: Knuth's for a 64-bit linear congruential generator. */
#define RANDOM_FACTOR 6364136223846793005ULL

void samples_reset(struct samples *samples)
{
	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		samples->values[i][0] = 0;
		samples->counts[i] = 1;
	}
}

void samples_add_value(struct samples *samples, unsigned int argument, uint64_t value)
{
	size_t count = samples->counts[argument];

	for (size_t i = 0; i < count; i++) {
		if (samples->values[argument][i] == value)
			return;
	}
	if (count < SAMPLES_PER_ARGUMENT)
		samples->values[argument][samples->counts[argument]++] = value;
}

/* A value, its neighbours, and the same ones with another upper half: filters compare by halves. */
static void value_add_around(struct samples *samples, unsigned int argument, uint64_t value)
{
	for (int offset = -1; offset <= 1; offset++) {
		uint64_t near = value + (uint64_t)offset;

		samples_add_value(samples, argument, near);
		samples_add_value(samples, argument, near + HIGH_ONE);
		samples_add_value(samples, argument, near - HIGH_ONE);
		samples_add_value(samples, argument, near & UINT32_MAX);
	}
	samples_add_value(samples, argument, value | UINT32_MAX);
	samples_add_value(samples, argument, value & ~(uint64_t)UINT32_MAX);
}

static void mask_add(struct samples *samples, unsigned int argument, uint64_t mask, uint64_t value)
{
	samples_add_value(samples, argument, value);
	samples_add_value(samples, argument, value | ~mask);
	for (unsigned int bit = 0; bit < 64; bit++)
		samples_add_value(samples, argument, value ^ (1ULL << bit));
}

void samples_add(struct samples *samples, const struct condition *condition)
{
	unsigned int argument = condition->index;

	samples_add_value(samples, argument, UINT64_MAX);
	if (condition->comparison == SCMP_CMP_MASKED_EQ)
		mask_add(samples, argument, condition->value, condition->value_two);
	else
		value_add_around(samples, argument, condition->value);
}

static size_t combinations(const struct samples *samples)
{
	size_t product = 1;

	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		product *= samples->counts[i];
		if (product > SAMPLES_MAX)
			break;
	}
	return product;
}

static bool all_visit(const struct samples *samples, struct seccomp_data *data, size_t count,
		      bool (*visit)(const struct seccomp_data *data, void *context), void *context)
{
	for (size_t n = 0; n < count; n++) {
		size_t rest = n;

		for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
			data->args[i] = samples->values[i][rest % samples->counts[i]];
			rest /= samples->counts[i];
		}
		if (!visit(data, context))
			return false;
	}
	return true;
}

static bool some_visit(const struct samples *samples, struct seccomp_data *data,
		       bool (*visit)(const struct seccomp_data *data, void *context), void *context)
{
	uint64_t random = 1;

	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		memset(data->args, 0, sizeof(data->args));
		for (size_t n = 0; n < samples->counts[i]; n++) {
			data->args[i] = samples->values[i][n];
			if (!visit(data, context))
				return false;
		}
	}
	for (size_t n = 0; n < SAMPLES_MAX; n++) {
		for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
			random = random * RANDOM_FACTOR + 1;
			data->args[i] = samples->values[i][(random >> 33) % samples->counts[i]];
		}
		if (!visit(data, context))
			return false;
	}
	return true;
}

bool samples_visit(const struct samples *samples, struct seccomp_data *data,
		   bool (*visit)(const struct seccomp_data *data, void *context), void *context)
{
	size_t count = combinations(samples);

	if (count > SAMPLES_MAX)
		return some_visit(samples, data, visit, context);
	return all_visit(samples, data, count, visit, context);
}
