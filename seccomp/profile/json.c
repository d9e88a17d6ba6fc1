#include "seccomp/profile/json.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number is rewritten to at most this many characters: "-9223372036854775808". */
#define NUMBER_MAX 24

/* The length of the token that text starts with, which is terminated: a string, a number, or one
 * character.
 */
static size_t token_length(const char *text)
{
	size_t i = 1;

	if (text[0] == '"') {
		while (text[i] && text[i] != '"')
			i += text[i] == '\\' && text[i + 1] ? 2 : 1;
		return text[i] ? i + 1 : i;
	}
	if (text[0] == '-' || isdigit((unsigned char)text[0]))
		i += strspn(text + 1, "0123456789+-.eE");
	return i;
}

/* Write a token as jansson is to read it. Returns its length. */
static size_t token_rewrite(const char *text, size_t length, char *output)
{
	const bool negative = text[0] == '-';
	const size_t digits = strspn(text + negative, "0123456789");
	unsigned long long value;

	/* No integer, or one that JSON does not take: jansson says what is wrong with it. */
	if (digits == 0 || digits + negative != length || (text[negative] == '0' && digits > 1)) {
		memcpy(output, text, length);
		return length;
	}
	errno = 0;
	value = strtoull(text + negative, NULL, 10);
	if (negative || errno)
		return (size_t)sprintf(output, "0.5"); /* out of range: any real says so */
	return (size_t)sprintf(output, "%lld", (long long)value);
}

json_t *json_parse(const char *text, size_t length, json_error_t *ret_error)
{
	/* The worst case is a text of one-digit negative numbers: "-1" becomes "0.5". */
	char *output = malloc(2 * length + NUMBER_MAX), *input = malloc(length + 1);
	size_t used = 0, step;
	json_t *root = NULL;

	memset(ret_error, 0, sizeof(*ret_error));
	if (output && input) {
		memcpy(input, text, length);
		input[length] = '\0';
		for (size_t i = 0; i < length; i += step) {
			step = input[i] ? token_length(input + i) : 1;
			used += token_rewrite(input + i, step, output + used);
		}
		root = json_loadb(output, used, JSON_REJECT_DUPLICATES, ret_error);
	} else {
		snprintf(ret_error->text, sizeof(ret_error->text), "out of memory");
	}
	free(input);
	free(output);
	return root;
}
