#include "seccomp/compiler/samples.h"

#include <string.h>

#define WORDS	  ((size_t)2 * ARGUMENTS_MAX)
#define PAIRS_MAX 150000

/* Any odd multiplier with good spread does: Knuth's for a 64-bit linear congruential generator. */
#define RANDOM_FACTOR 6364136223846793005ULL

void samples_reset(struct samples *samples)
{
	for (size_t i = 0; i < WORDS; i++) {
		samples->values[i / 2][i % 2][0] = 0;
		samples->counts[i / 2][i % 2] = 1;
	}
}

static void value_add(struct samples *samples, unsigned int argument, bool high, uint32_t value)
{
	uint32_t *values = samples->values[argument][high];
	size_t *count = &samples->counts[argument][high];

	for (size_t i = 0; i < *count; i++) {
		if (values[i] == value)
			return;
	}
	if (*count < SAMPLES_PER_WORD)
		values[(*count)++] = value;
}

void samples_add_word(struct samples *samples, unsigned int argument, bool high, uint32_t value)
{
	value_add(samples, argument, high, value);
	value_add(samples, argument, high, value - 1);
	value_add(samples, argument, high, value + 1);
	value_add(samples, argument, high, UINT32_MAX);
}

static void mask_add(struct samples *samples, unsigned int argument, bool high, uint32_t mask,
		     uint32_t value)
{
	value_add(samples, argument, high, value);
	value_add(samples, argument, high, value | ~mask);
	for (unsigned int bit = 0; mask && bit < 32; bit++)
		value_add(samples, argument, high, value ^ 1U << bit);
}

void samples_add(struct samples *samples, const struct condition *condition)
{
	for (int high = 0; high < 2; high++) {
		uint32_t value = (uint32_t)(condition->value >> 32 * high);
		uint32_t two = (uint32_t)(condition->value_two >> 32 * high);

		if (condition->comparison == SCMP_CMP_MASKED_EQ)
			mask_add(samples, condition->index, high, value, two);
		else
			samples_add_word(samples, condition->index, high, value);
	}
}

static size_t word_count(const struct samples *samples, size_t word)
{
	return samples->counts[word / 2][word % 2];
}

static void word_set(const struct samples *samples, struct seccomp_data *data, size_t word,
		     size_t n)
{
	data->args[word / 2] |= (uint64_t)samples->values[word / 2][word % 2][n] << 32 * (word % 2);
}

static size_t combinations(const struct samples *samples)
{
	size_t product = 1;

	for (size_t i = 0; i < WORDS && product <= SAMPLES_MAX; i++)
		product *= word_count(samples, i);
	return product;
}

static bool all_visit(const struct samples *samples, struct seccomp_data *data, size_t count,
		      sample_visitor *visit, void *context)
{
	for (size_t n = 0; n < count; n++) {
		size_t rest = n;

		memset(data->args, 0, sizeof(data->args));
		for (size_t i = 0; i < WORDS; i++) {
			word_set(samples, data, i, rest % word_count(samples, i));
			rest /= word_count(samples, i);
		}
		if (!visit(data, context))
			return false;
	}
	return true;
}

/* Two words' values together, or where room is not enough, those of the first alone; else 0. */
static bool pair_visit(const struct samples *samples, struct seccomp_data *data, size_t first,
		       size_t second, size_t *room, sample_visitor *visit, void *context)
{
	const size_t count = word_count(samples, first), others = word_count(samples, second);
	const size_t together = count * others > *room ? 1 : others;

	*room -= together > 1 ? count * others : 0;
	for (size_t n = 0; n < count; n++) {
		for (size_t m = 0; m < together; m++) {
			memset(data->args, 0, sizeof(data->args));
			word_set(samples, data, first, n);
			word_set(samples, data, second, m);
			if (!visit(data, context))
				return false;
		}
	}
	return true;
}

static bool random_visit(const struct samples *samples, struct seccomp_data *data,
			 sample_visitor *visit, void *context)
{
	uint64_t random = 1;

	for (size_t n = 0; n < SAMPLES_MAX; n++) {
		memset(data->args, 0, sizeof(data->args));
		for (size_t i = 0; i < WORDS; i++) {
			random = random * RANDOM_FACTOR + 1;
			word_set(samples, data, i, (random >> 33) % word_count(samples, i));
		}
		if (!visit(data, context))
			return false;
	}
	return true;
}

bool samples_visit(const struct samples *samples, struct seccomp_data *data, sample_visitor *visit,
		   void *context)
{
	const size_t count = combinations(samples);
	size_t room = PAIRS_MAX;

	if (count <= SAMPLES_MAX)
		return all_visit(samples, data, count, visit, context);
	for (size_t i = 0; i < WORDS; i++) {
		for (size_t j = i + 1; j < WORDS; j++) {
			if (word_count(samples, i) * word_count(samples, j) > 1 &&
			    !pair_visit(samples, data, i, j, &room, visit, context))
				return false;
		}
	}
	return random_visit(samples, data, visit, context);
}
