/* fields.h: reading one JSON object's fields, with the place of each for messages.
 *
 * Arrays, objects and optional numbers that are null count as absent, as they do for Docker, whose
 * own tools write such; any other null is a value of the wrong kind.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "seccomp/profile/findings.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define PLACE_MAX 160

/* An object that is being read, and where it stands in the profile ("" for the profile itself). */
struct fields {
	json_t *object;
	char place[PLACE_MAX];
	struct findings *findings;
};

/* Make value readable as an object that stands at place. False, with a finding, if it is none. */
bool fields_open(json_t *value, const char *place, struct findings *findings,
		 struct fields *ret_fields);

/* The same for a field, and for one element of an array in a field. False, without a finding, when
 * there is no such field.
 */
bool fields_open_field(const struct fields *fields, const char *key, struct fields *ret_fields);
bool fields_open_element(const struct fields *fields, const char *key, size_t index,
			 struct fields *ret_fields);

/* Report every key that is not in the NULL-terminated list. */
void fields_expect(const struct fields *fields, const char *const *keys);

/* Report a field that is missing. */
void fields_require(const struct fields *fields, const char *key);

/* How many elements there are in an array: 0 when it is absent or, with a finding, none. */
size_t fields_count(const struct fields *fields, const char *key);

/* The value of each kind, or NULL or false when it is absent or, with a finding, of another kind.
 */
const char *fields_string(const struct fields *fields, const char *key);
const char *fields_string_element(const struct fields *fields, const char *key, size_t index);
bool fields_number(const struct fields *fields, const char *key, uint64_t max, uint64_t *ret_value);

/* The bits that the words in an array stand for; an unknown one is reported as an unknown WHAT. */
uint64_t fields_words(const struct fields *fields, const char *key, const char *what,
		      bool (*find)(const char *word, uint64_t *ret_bit));

/* Is there such a field, of whatever kind? For the optional ones, null is none. */
bool fields_has(const struct fields *fields, const char *key);
bool fields_has_optional(const struct fields *fields, const char *key);

/* Report what is wrong with a field, or with one element of the array in it. */
#define NO_ELEMENT		       SIZE_MAX
#define fields_error(fields, key, ...) fields_error_at(fields, key, NO_ELEMENT, __VA_ARGS__)
void fields_error_at(const struct fields *fields, const char *key, size_t index, const char *format,
		     ...) __attribute__((format(printf, 4, 5)));
void fields_warning(const struct fields *fields, const char *key, const char *text);

#endif
