/* fields.h: reading one JSON object's fields, with the place of each for messages.
 *
 * A field that is null counts as absent, as it does for Docker.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "seccomp/findings.h"

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

/* The place of a field, and of one element of an array in a field. */
void fields_place(const struct fields *fields, const char *key, char ret_place[PLACE_MAX]);
void fields_place_at(const struct fields *fields, const char *key, size_t index,
		     char ret_place[PLACE_MAX]);

/* Report every key that is not in the NULL-terminated list. */
void fields_expect(const struct fields *fields, const char *const *keys);

/* The value of each kind, or NULL or false when it is absent or, with a finding, of another kind.
 */
json_t *fields_array(const struct fields *fields, const char *key);
const char *fields_string(const struct fields *fields, const char *key);
bool fields_number(const struct fields *fields, const char *key, uint64_t max, uint64_t *ret_value);

/* Is there such a field, of whatever kind? */
bool fields_has(const struct fields *fields, const char *key);

/* Report what is wrong with a field. */
void fields_error(const struct fields *fields, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
