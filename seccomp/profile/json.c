#include "seccomp/profile/json.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number is rewritten to at most this many characters: "-9223372036854775808". */
#define NUMBER_MAX 24

struct output {
	char *text;
	size_t used;
};

static void output_add(struct output *output, const char *text, size_t length)
{
	memcpy(output->text + output->used, text, length);
	output->used += length;
}

/* The length of the string token that starts at text[0], which is its quote. */
static size_t string_length(const char *text, size_t left)
{
	size_t i = 1;

	while (i < left && text[i] != '"')
		i += text[i] == '\\' ? 2 : 1;
	return i < left ? i + 1 : left;
}

static size_t number_length(const char *text, size_t left)
{
	size_t i = 0;

	while (i < left && (isalnum((unsigned char)text[i]) || strchr("+-.", text[i])) && text[i])
		i++;
	return i;
}

/* Digits only, and nothing that JSON would not take as an integer. */
static bool integer_parse(const char *text, size_t length, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (length == 0 || (text[0] == '0' && length > 1))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return false;
	}
	*ret_value = value;
	return true;
}

static bool digits_only(const char *text, size_t length)
{
	size_t i = text[0] == '-' ? 1 : 0;

	if (i == length || (text[i] == '0' && length > i + 1))
		return false;
	for (; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static void number_rewrite(struct output *output, const char *text, size_t length)
{
	uint64_t value;

	if (integer_parse(text, length, &value)) {
		char number[NUMBER_MAX];
		int written = snprintf(number, sizeof(number), "%lld", (long long)value);

		output_add(output, number, (size_t)written);
	} else if (digits_only(text, length)) {
		output_add(output, "0.5", 3); /* out of range: any real says so */
	} else {
		output_add(output, text, length);
	}
}

static void text_rewrite(struct output *output, const char *text, size_t length)
{
	size_t i = 0;

	while (i < length) {
		size_t token = 1;

		if (text[i] == '"') {
			token = string_length(text + i, length - i);
			output_add(output, text + i, token);
		} else if (text[i] == '-' || isdigit((unsigned char)text[i])) {
			token = number_length(text + i, length - i);
			number_rewrite(output, text + i, token);
		} else {
			output_add(output, text + i, 1);
		}
		i += token;
	}
}

json_t *json_parse(const char *text, size_t length, json_error_t *ret_error)
{
	/* The worst case is a text of one-digit negative numbers: "-1" becomes "0.5". */
	struct output output = { .text = malloc(2 * length + NUMBER_MAX) };
	json_t *root;

	if (!output.text) {
		memset(ret_error, 0, sizeof(*ret_error));
		snprintf(ret_error->text, sizeof(ret_error->text), "out of memory");
		return NULL;
	}
	text_rewrite(&output, text, length);
	root = json_loadb(output.text, output.used, JSON_REJECT_DUPLICATES, ret_error);
	free(output.text);
	return root;
}
