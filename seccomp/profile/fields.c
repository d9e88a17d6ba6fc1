#include "seccomp/profile/fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 400

/* The place of a field, or of one element of an array in it. Only a key that someone made up is
 * ever too long: then its end is cut off.
 */
static void place_write(const struct fields *fields, const char *key, size_t index,
			char ret_place[PLACE_MAX])
{
	const char *dot = fields->place[0] ? "." : "";
	int length;

	if (index == NO_ELEMENT)
		length = snprintf(ret_place, PLACE_MAX, "%s%s%s", fields->place, dot, key);
	else
		length = snprintf(ret_place, PLACE_MAX, "%s%s%s[%zu]", fields->place, dot, key,
				  index);
	if (length >= PLACE_MAX)
		memcpy(ret_place + PLACE_MAX - 4, "...", 4);
}

bool fields_open(json_t *value, const char *place, struct findings *findings,
		 struct fields *ret_fields)
{
	if (!json_is_object(value)) {
		findings_add(findings, FINDING_ERROR, place, "must be an object");
		return false;
	}
	ret_fields->object = value;
	ret_fields->findings = findings;
	snprintf(ret_fields->place, sizeof(ret_fields->place), "%s", place);
	return true;
}

bool fields_open_field(const struct fields *fields, const char *key, struct fields *ret_fields)
{
	char place[PLACE_MAX];

	place_write(fields, key, NO_ELEMENT, place);
	return fields_has_optional(fields, key) && fields_open(json_object_get(fields->object, key),
							       place, fields->findings, ret_fields);
}

bool fields_open_element(const struct fields *fields, const char *key, size_t index,
			 struct fields *ret_fields)
{
	char place[PLACE_MAX];

	place_write(fields, key, index, place);
	return fields_open(json_array_get(json_object_get(fields->object, key), index), place,
			   fields->findings, ret_fields);
}

void fields_expect(const struct fields *fields, const char *const *keys)
{
	const char *key;
	json_t *value;

	json_object_foreach(fields->object, key, value)
	{
		const char *const *known = keys;

		while (*known && strcmp(*known, key) != 0)
			known++;
		if (!*known)
			fields_error(fields, key, "unknown key");
	}
}

bool fields_has(const struct fields *fields, const char *key)
{
	return json_object_get(fields->object, key) != NULL;
}

bool fields_has_optional(const struct fields *fields, const char *key)
{
	return fields_has(fields, key) && !json_is_null(json_object_get(fields->object, key));
}

void fields_require(const struct fields *fields, const char *key)
{
	if (!fields_has(fields, key))
		fields_error(fields, key, "is missing");
}

size_t fields_count(const struct fields *fields, const char *key)
{
	json_t *value = json_object_get(fields->object, key);

	if (fields_has_optional(fields, key) && !json_is_array(value))
		fields_error(fields, key, "must be an array");
	return json_array_size(value);
}

const char *fields_string(const struct fields *fields, const char *key)
{
	json_t *value = json_object_get(fields->object, key);

	if (value && !json_is_string(value))
		fields_error(fields, key, "must be a string");
	return json_string_value(value);
}

const char *fields_string_element(const struct fields *fields, const char *key, size_t index)
{
	json_t *value = json_array_get(json_object_get(fields->object, key), index);

	if (!json_is_string(value))
		fields_error_at(fields, key, index, "must be a string");
	return json_string_value(value);
}

uint64_t fields_words(const struct fields *fields, const char *key, const char *what,
		      bool (*find)(const char *word, uint64_t *ret_bit))
{
	const size_t count = fields_count(fields, key);
	uint64_t bits = 0, bit;

	for (size_t i = 0; i < count; i++) {
		const char *word = fields_string_element(fields, key, i);

		if (word && find(word, &bit))
			bits |= bit;
		else if (word)
			fields_error_at(fields, key, i, "unknown %s '%s'", what, word);
	}
	return bits;
}

bool fields_number(const struct fields *fields, const char *key, uint64_t max, uint64_t *ret_value)
{
	json_t *value = json_object_get(fields->object, key);
	uint64_t number;

	if (!value)
		return false;
	number = (uint64_t)json_integer_value(value);
	if (!json_is_integer(value) || number > max) {
		fields_error(fields, key, "must be a whole number from 0 to %" PRIu64, max);
		return false;
	}
	*ret_value = number;
	return true;
}

void fields_error_at(const struct fields *fields, const char *key, size_t index, const char *format,
		     ...)
{
	char place[PLACE_MAX], text[TEXT_MAX];
	va_list arguments;

	place_write(fields, key, index, place);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	findings_add(fields->findings, FINDING_ERROR, place, "%s", text);
}

void fields_warning(const struct fields *fields, const char *key, const char *text)
{
	char place[PLACE_MAX];

	place_write(fields, key, NO_ELEMENT, place);
	findings_add(fields->findings, FINDING_WARNING, place, "%s", text);
}
