#include "seccomp/points.h"

#include <string.h>

#define HIGH_ONE (1ULL << 32)

/* Any odd multiplier with good spread does: Knuth's for a 64-bit linear congruential generator. */
#define RANDOM_FACTOR 6364136223846793005ULL

void points_reset(struct points *points)
{
	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		points->values[i][0] = 0;
		points->counts[i] = 1;
	}
}

void points_add_value(struct points *points, unsigned int argument, uint64_t value)
{
	size_t count = points->counts[argument];

	for (size_t i = 0; i < count; i++) {
		if (points->values[argument][i] == value)
			return;
	}
	if (count < POINTS_PER_ARGUMENT)
		points->values[argument][points->counts[argument]++] = value;
}

/* A value, its neighbours, and the same ones with another upper half: filters compare by halves. */
static void value_add_around(struct points *points, unsigned int argument, uint64_t value)
{
	for (int offset = -1; offset <= 1; offset++) {
		uint64_t near = value + (uint64_t)offset;

		points_add_value(points, argument, near);
		points_add_value(points, argument, near + HIGH_ONE);
		points_add_value(points, argument, near - HIGH_ONE);
		points_add_value(points, argument, near & UINT32_MAX);
	}
	points_add_value(points, argument, value | UINT32_MAX);
	points_add_value(points, argument, value & ~(uint64_t)UINT32_MAX);
}

static void mask_add(struct points *points, unsigned int argument, uint64_t mask, uint64_t value)
{
	points_add_value(points, argument, value);
	points_add_value(points, argument, value | ~mask);
	for (unsigned int bit = 0; bit < 64; bit++)
		points_add_value(points, argument, value ^ (1ULL << bit));
}

void points_add(struct points *points, const struct condition *condition)
{
	unsigned int argument = condition->index;

	points_add_value(points, argument, UINT64_MAX);
	if (condition->comparison == SCMP_CMP_MASKED_EQ)
		mask_add(points, argument, condition->value, condition->value_two);
	else
		value_add_around(points, argument, condition->value);
}

static size_t combinations(const struct points *points)
{
	size_t product = 1;

	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		product *= points->counts[i];
		if (product > POINTS_MAX)
			break;
	}
	return product;
}

static bool all_visit(const struct points *points, struct seccomp_data *data, size_t count,
		      bool (*visit)(const struct seccomp_data *data, void *context), void *context)
{
	for (size_t n = 0; n < count; n++) {
		size_t rest = n;

		for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
			data->args[i] = points->values[i][rest % points->counts[i]];
			rest /= points->counts[i];
		}
		if (!visit(data, context))
			return false;
	}
	return true;
}

static bool some_visit(const struct points *points, struct seccomp_data *data,
		       bool (*visit)(const struct seccomp_data *data, void *context), void *context)
{
	uint64_t random = 1;

	for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
		memset(data->args, 0, sizeof(data->args));
		for (size_t n = 0; n < points->counts[i]; n++) {
			data->args[i] = points->values[i][n];
			if (!visit(data, context))
				return false;
		}
	}
	for (size_t n = 0; n < POINTS_MAX; n++) {
		for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
			random = random * RANDOM_FACTOR + 1;
			data->args[i] = points->values[i][(random >> 33) % points->counts[i]];
		}
		if (!visit(data, context))
			return false;
	}
	return true;
}

bool points_visit(const struct points *points, struct seccomp_data *data,
		  bool (*visit)(const struct seccomp_data *data, void *context), void *context)
{
	size_t count = combinations(points);

	if (count > POINTS_MAX)
		return some_visit(points, data, visit, context);
	return all_visit(points, data, count, visit, context);
}
