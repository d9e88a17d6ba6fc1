#include "seccomp/profile/profile.h"

#include "seccomp/names/arch.h"
#include "seccomp/profile/fields.h"
#include "seccomp/profile/json.h"
#include "seccomp/profile/rule.h"
#include "seccomp/profile/vocabulary.h"

#include <errno.h>
#include <stdlib.h>

static const char *const profile_keys[] = {
	"defaultAction", "defaultErrnoRet", "defaultErrno",	"architectures", "archMap",
	"flags",	 "listenerPath",    "listenerMetadata", "syscalls",	 NULL,
};

static const char *const arch_map_keys[] = { "architecture", "subArchitectures", NULL };

static void default_action_parse(const struct fields *fields, struct profile *profile)
{
	json_t *number = json_object_get(fields->object, "defaultErrnoRet");

	fields_require(fields, "defaultAction");
	action_parse(fields, "defaultAction", "defaultErrnoRet", "defaultErrno",
		     &profile->default_action);
	if (profile->default_action == SCMP_ACT_NOTIFY)
		fields_error(fields, "defaultAction",
			     "SCMP_ACT_NOTIFY cannot be the default (nobody would answer)");
	profile->default_errno_enosys = profile->default_action == SCMP_ACT_ERRNO(ENOSYS) ||
					json_integer_value(number) == ENOSYS;
}

static bool arch_bit(const char *word, uint64_t *ret_bit)
{
	unsigned int arch;

	if (!arch_by_scmp(word, &arch))
		return false;
	*ret_bit = 1ULL << arch;
	return true;
}

static uint32_t arches_parse(const struct fields *fields, const char *key)
{
	return (uint32_t)fields_words(fields, key, "architecture", arch_bit);
}

static void arch_map_entry_parse(const struct fields *fields, struct arch_map *ret_entry)
{
	const char *word = fields_string(fields, "architecture");

	fields_expect(fields, arch_map_keys);
	fields_require(fields, "architecture");
	if (word && !arch_by_scmp(word, &ret_entry->arch))
		fields_error(fields, "architecture", "unknown architecture '%s'", word);
	ret_entry->sub_arches = arches_parse(fields, "subArchitectures");
}

static void arch_map_parse(const struct fields *fields, struct profile *profile)
{
	size_t count = fields_count(fields, "archMap");
	struct fields entry;

	if (count == 0)
		return;
	profile->arch_map = calloc(count, sizeof(*profile->arch_map));
	if (!profile->arch_map) {
		fields_error(fields, "archMap", "out of memory");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (fields_open_element(fields, "archMap", i, &entry))
			arch_map_entry_parse(&entry, &profile->arch_map[profile->arch_map_count++]);
	}
	if (json_array_size(json_object_get(fields->object, "architectures")) > 0)
		fields_error(fields, "archMap", "and architectures are both given (keep one)");
}

static void rules_parse(const struct fields *fields, struct profile *profile)
{
	size_t count = fields_count(fields, "syscalls");
	struct fields entry;

	if (count == 0)
		return;
	profile->rules = calloc(count, sizeof(*profile->rules));
	if (!profile->rules) {
		fields_error(fields, "syscalls", "out of memory");
		return;
	}
	/* An entry that is no object leaves an empty rule, so that indexes stay the text's own. */
	profile->rule_count = count;
	for (size_t i = 0; i < count; i++) {
		if (fields_open_element(fields, "syscalls", i, &entry))
			rule_parse(&entry, &profile->rules[i]);
	}
}

bool profile_parse(const char *text, size_t length, struct findings *findings,
		   struct profile *ret_profile)
{
	size_t errors = findings->counts[FINDING_ERROR];
	json_error_t error;
	struct fields fields;

	*ret_profile = (struct profile){ 0 };
	ret_profile->json = json_parse(text, length, &error);
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
	ret_profile->flags = (uint32_t)fields_words(&fields, "flags", "flag", word_flag);
	(void)fields_string(&fields, "listenerPath"); /* for the container engine, not for us */
	(void)fields_string(&fields, "listenerMetadata");
	rules_parse(&fields, ret_profile);
	return findings->counts[FINDING_ERROR] == errors;
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
