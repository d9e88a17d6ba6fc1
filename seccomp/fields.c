#include "seccomp/fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 400

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

/* Only a key that someone made up is ever too long: then its end is cut off. */
static void place_finish(char place[PLACE_MAX], int length)
{
	if (length >= PLACE_MAX)
		memcpy(place + PLACE_MAX - 4, "...", 4);
}

void fields_place(const struct fields *fields, const char *key, char ret_place[PLACE_MAX])
{
	const char *dot = fields->place[0] ? "." : "";

	place_finish(ret_place, snprintf(ret_place, PLACE_MAX, "%s%s%s", fields->place, dot, key));
}

void fields_place_at(const struct fields *fields, const char *key, size_t index,
		     char ret_place[PLACE_MAX])
{
	const char *dot = fields->place[0] ? "." : "";

	place_finish(ret_place,
		     snprintf(ret_place, PLACE_MAX, "%s%s%s[%zu]", fields->place, dot, key, index));
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

static json_t *field_get(const struct fields *fields, const char *key)
{
	json_t *value = json_object_get(fields->object, key);

	return json_is_null(value) ? NULL : value;
}

bool fields_has(const struct fields *fields, const char *key)
{
	return field_get(fields, key) != NULL;
}

json_t *fields_array(const struct fields *fields, const char *key)
{
	json_t *value = field_get(fields, key);

	if (value && !json_is_array(value)) {
		fields_error(fields, key, "must be an array");
		return NULL;
	}
	return value;
}

const char *fields_string(const struct fields *fields, const char *key)
{
	json_t *value = field_get(fields, key);

	if (value && !json_is_string(value))
		fields_error(fields, key, "must be a string");
	return json_string_value(value);
}

bool fields_number(const struct fields *fields, const char *key, uint64_t max, uint64_t *ret_value)
{
	json_t *value = field_get(fields, key);
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

void fields_error(const struct fields *fields, const char *key, const char *format, ...)
{
	char place[PLACE_MAX], text[TEXT_MAX];
	va_list arguments;

	fields_place(fields, key, place);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	findings_add(fields->findings, FINDING_ERROR, place, "%s", text);
}
