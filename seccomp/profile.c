#include "seccomp/profile.h"

#include "seccomp/arch.h"
#include "seccomp/fields.h"
#include "seccomp/json_text.h"
#include "seccomp/rule_parse.h"
#include "seccomp/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const profile_keys[] = {
	"defaultAction", "defaultErrnoRet", "defaultErrno",	"architectures", "archMap",
	"flags",	 "listenerPath",    "listenerMetadata", "syscalls",	 NULL,
};

static const char *const arch_map_keys[] = { "architecture", "subArchitectures", NULL };

static void default_action_parse(const struct fields *fields, struct profile *profile)
{
	uint64_t number;

	if (!fields_has(fields, "defaultAction")) {
		fields_error(fields, "defaultAction", "is missing");
		return;
	}
	action_parse(fields, "defaultAction", "defaultErrnoRet", "defaultErrno",
		     &profile->default_action);
	if (profile->default_action == SCMP_ACT_NOTIFY)
		fields_error(fields, "defaultAction",
			     "SCMP_ACT_NOTIFY cannot be the default (nobody would answer)");
	profile->default_errno_enosys =
		profile->default_action == SCMP_ACT_ERRNO(ENOSYS) ||
		(json_is_integer(json_object_get(fields->object, "defaultErrnoRet")) &&
		 fields_number(fields, "defaultErrnoRet", UINT16_MAX, &number) && number == ENOSYS);
}

/* One SCMP_ARCH_… word of a list, as a bit; 0 for an unknown one. */
static uint32_t arch_word_parse(json_t *value, const char *place, struct findings *findings)
{
	const char *word = json_string_value(value);
	unsigned int arch;

	if (!word) {
		findings_add(findings, FINDING_ERROR, place, "must be a string");
		return 0;
	}
	if (!arch_by_scmp(word, &arch)) {
		findings_add(findings, FINDING_ERROR, place, "unknown architecture '%s'", word);
		return 0;
	}
	return 1U << arch;
}

static uint32_t arches_parse(const struct fields *fields, const char *key)
{
	json_t *array = fields_array(fields, key), *value;
	char place[PLACE_MAX];
	uint32_t arches = 0;
	size_t i;

	json_array_foreach(array, i, value)
	{
		fields_place_at(fields, key, i, place);
		arches |= arch_word_parse(value, place, fields->findings);
	}
	return arches;
}

static void arch_map_entry_parse(const struct fields *fields, struct arch_map *ret_entry)
{
	const char *word = fields_string(fields, "architecture");

	fields_expect(fields, arch_map_keys);
	if (!fields_has(fields, "architecture"))
		fields_error(fields, "architecture", "is missing");
	else if (word && !arch_by_scmp(word, &ret_entry->arch))
		fields_error(fields, "architecture", "unknown architecture '%s'", word);
	ret_entry->sub_arches = arches_parse(fields, "subArchitectures");
}

static void arch_map_parse(const struct fields *fields, struct profile *profile)
{
	json_t *array = fields_array(fields, "archMap"), *value;
	char place[PLACE_MAX];
	struct fields entry;
	size_t i;

	if (json_array_size(array) == 0)
		return;
	profile->arch_map = calloc(json_array_size(array), sizeof(*profile->arch_map));
	if (!profile->arch_map) {
		fields_error(fields, "archMap", "out of memory");
		return;
	}
	json_array_foreach(array, i, value)
	{
		fields_place_at(fields, "archMap", i, place);
		if (fields_open(value, place, fields->findings, &entry))
			arch_map_entry_parse(&entry, &profile->arch_map[profile->arch_map_count++]);
	}
	if (json_array_size(json_object_get(fields->object, "architectures")) > 0)
		fields_error(fields, "archMap", "and architectures are both given (keep one)");
}

static void flags_parse(const struct fields *fields, struct profile *profile)
{
	json_t *array = fields_array(fields, "flags"), *value;
	char place[PLACE_MAX];
	uint32_t flag;
	size_t i;

	json_array_foreach(array, i, value)
	{
		const char *word = json_string_value(value);

		fields_place_at(fields, "flags", i, place);
		if (!word)
			findings_add(fields->findings, FINDING_ERROR, place, "must be a string");
		else if (!word_flag(word, &flag))
			findings_add(fields->findings, FINDING_ERROR, place, "unknown flag '%s'",
				     word);
		else
			profile->flags |= flag;
	}
}

static void rules_parse(const struct fields *fields, struct profile *profile)
{
	json_t *array = fields_array(fields, "syscalls"), *value;
	char place[PLACE_MAX];
	struct fields entry;
	size_t i;

	if (json_array_size(array) == 0)
		return;
	profile->rules = calloc(json_array_size(array), sizeof(*profile->rules));
	if (!profile->rules) {
		fields_error(fields, "syscalls", "out of memory");
		return;
	}
	/* An entry that is no object leaves an empty rule, so that indexes stay the text's own. */
	profile->rule_count = json_array_size(array);
	json_array_foreach(array, i, value)
	{
		fields_place_at(fields, "syscalls", i, place);
		if (fields_open(value, place, fields->findings, &entry))
			rule_parse(&entry, &profile->rules[i]);
	}
}

bool profile_parse(const char *text, size_t length, struct findings *findings,
		   struct profile *ret_profile)
{
	size_t errors = findings->errors;
	json_error_t error;
	struct fields fields;

	*ret_profile = (struct profile){ 0 };
	ret_profile->json = json_text_parse(text, length, &error);
	if (!ret_profile->json) {
		findings_add(findings, FINDING_ERROR, "", "line %d, column %d: not JSON: %s",
			     error.line, error.column, error.text);
		return false;
	}
	if (!fields_open(ret_profile->json, "", findings, &fields))
		return false;
	fields_expect(&fields, profile_keys);
	default_action_parse(&fields, ret_profile);
	ret_profile->arches = arches_parse(&fields, "architectures");
	arch_map_parse(&fields, ret_profile);
	flags_parse(&fields, ret_profile);
	(void)fields_string(&fields, "listenerPath"); /* for the container engine, not for us */
	(void)fields_string(&fields, "listenerMetadata");
	rules_parse(&fields, ret_profile);
	return findings->errors == errors;
}

void profile_free(struct profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		free(profile->rules[i].names);
		free(profile->rules[i].conditions);
	}
	free(profile->rules);
	free(profile->arch_map);
	json_decref(profile->json);
	*profile = (struct profile){ 0 };
}
