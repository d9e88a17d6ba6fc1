#include "seccomp/rule_parse.h"

#include "seccomp/arch.h"
#include "seccomp/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ERRNO_MAX 4094 /* libseccomp takes no more; the kernel's own limit is 4095 */

static const char *const rule_keys[] = {
	"names", "name",    "action",	"errnoRet", "errno",
	"args",	 "comment", "includes", "excludes", NULL,
};
static const char *const condition_keys[] = { "index", "value", "valueTwo", "op", NULL };
static const char *const limits_keys[] = { "caps", "arches", "minKernel", NULL };

/* The errno that an action is to return; EPERM when the profile names none, as for runc. */
static unsigned int errno_parse(const struct fields *fields, const char *number_key,
				const char *name_key, uint64_t max)
{
	const char *name = fields_string(fields, name_key);
	unsigned int number = EPERM;
	uint64_t value;
	bool numbered = fields_number(fields, number_key, max, &value);

	if (numbered)
		number = (unsigned int)value;
	if (!name || !*name)
		return number;
	if (!word_errno(name, &number))
		fields_error(fields, name_key, "unknown errno '%s'", name);
	else if (numbered && number != value)
		fields_error(fields, name_key, "%s is %u, but %s is %u", name, number, number_key,
			     (unsigned int)value);
	return number;
}

void action_parse(const struct fields *fields, const char *action_key, const char *number_key,
		  const char *name_key, uint32_t *ret_action)
{
	const char *word = fields_string(fields, action_key);
	unsigned int number;
	uint32_t action;

	if (!word)
		return;
	if (!word_action(word, &action)) {
		fields_error(fields, action_key,
			     "unknown action '%s' (SCMP_ACT_ALLOW, ERRNO, KILL, KILL_THREAD, "
			     "KILL_PROCESS, LOG, NOTIFY, TRACE or TRAP)",
			     word);
		return;
	}
	number = errno_parse(fields, number_key, name_key,
			     action == SCMP_ACT_ERRNO(0) ? ERRNO_MAX : UINT16_MAX);
	if (action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0))
		action |= number;
	*ret_action = action;
}

static void names_parse(const struct fields *fields, struct rule *rule)
{
	json_t *array = fields_array(fields, "names"), *value;
	const char *single = fields_string(fields, "name");
	char place[PLACE_MAX];
	size_t i;

	if (single && json_array_size(array) > 0)
		fields_error(fields, "name", "and names are both given (keep one)");
	if (!fields_has(fields, "names") && !fields_has(fields, "name"))
		fields_error(fields, "names", "is missing");
	rule->names = calloc(json_array_size(array) + 1, sizeof(*rule->names));
	if (!rule->names) {
		fields_error(fields, "names", "out of memory");
		return;
	}
	if (single)
		rule->names[rule->name_count++] = single;
	json_array_foreach(array, i, value)
	{
		fields_place_at(fields, "names", i, place);
		if (json_is_string(value) && !single)
			rule->names[rule->name_count++] = json_string_value(value);
		else if (!single)
			findings_add(fields->findings, FINDING_ERROR, place, "must be a string");
	}
}

static void operator_parse(const struct fields *fields, struct condition *condition)
{
	const char *word = fields_string(fields, "op");

	if (!fields_has(fields, "op"))
		fields_error(fields, "op", "is missing");
	else if (word && !word_comparison(word, &condition->comparison))
		fields_error(fields, "op",
			     "unknown operator '%s' (SCMP_CMP_NE, LT, LE, EQ, GE, GT or "
			     "MASKED_EQ)",
			     word);
}

/* What is legal but hardly meant. */
static void condition_doubt(const struct fields *fields, const struct condition *condition)
{
	char place[PLACE_MAX];

	fields_place(fields, "valueTwo", place);
	if (condition->comparison != SCMP_CMP_MASKED_EQ) {
		if (condition->value_two)
			findings_add(fields->findings, FINDING_WARNING, place,
				     "has no effect: only SCMP_CMP_MASKED_EQ has two values");
	} else if (condition->value_two & ~condition->value) {
		findings_add(fields->findings, FINDING_WARNING, place,
			     "has bits that are not in the mask (value): they have no effect");
	}
}

static void condition_parse(const struct fields *fields, struct condition *condition)
{
	uint64_t index = 0;

	fields_expect(fields, condition_keys);
	if (!fields_has(fields, "index"))
		fields_error(fields, "index", "is missing");
	if (!fields_has(fields, "value"))
		fields_error(fields, "value", "is missing");
	fields_number(fields, "index", ARGUMENTS_MAX - 1, &index);
	condition->index = (unsigned int)index;
	fields_number(fields, "value", UINT64_MAX, &condition->value);
	fields_number(fields, "valueTwo", UINT64_MAX, &condition->value_two);
	operator_parse(fields, condition);
	condition_doubt(fields, condition);
}

static void conditions_parse(const struct fields *fields, struct rule *rule)
{
	json_t *array = fields_array(fields, "args"), *value;
	char place[PLACE_MAX];
	struct fields entry;
	size_t i;

	if (json_array_size(array) == 0)
		return;
	rule->conditions = calloc(json_array_size(array), sizeof(*rule->conditions));
	if (!rule->conditions) {
		fields_error(fields, "args", "out of memory");
		return;
	}
	json_array_foreach(array, i, value)
	{
		fields_place_at(fields, "args", i, place);
		if (fields_open(value, place, fields->findings, &entry))
			condition_parse(&entry, &rule->conditions[rule->condition_count++]);
	}
}

static void capabilities_parse(const struct fields *fields, struct limits *limits)
{
	json_t *array = fields_array(fields, "caps"), *value;
	char place[PLACE_MAX];
	uint64_t bit;
	size_t i;

	json_array_foreach(array, i, value)
	{
		const char *word = json_string_value(value);

		fields_place_at(fields, "caps", i, place);
		if (!word)
			findings_add(fields->findings, FINDING_ERROR, place, "must be a string");
		else if (strncmp(word, "CAP_", 4) != 0 || !word_capability(word, &bit))
			findings_add(fields->findings, FINDING_ERROR, place,
				     "unknown capability '%s'", word);
		else
			limits->capabilities |= bit;
	}
}

static void limit_arches_parse(const struct fields *fields, struct limits *limits)
{
	json_t *array = fields_array(fields, "arches"), *value;
	char place[PLACE_MAX];
	unsigned int arch;
	size_t i;

	json_array_foreach(array, i, value)
	{
		const char *word = json_string_value(value);

		fields_place_at(fields, "arches", i, place);
		if (!word)
			findings_add(fields->findings, FINDING_ERROR, place, "must be a string");
		else if (!arch_by_name(word, &arch))
			findings_add(fields->findings, FINDING_ERROR, place,
				     "unknown architecture '%s'", word);
		else
			limits->arches |= 1U << arch;
	}
}

static void limits_parse(const struct fields *parent, const char *key, struct limits *limits)
{
	char place[PLACE_MAX];
	struct fields fields;
	const char *kernel;

	if (!fields_has(parent, key))
		return;
	fields_place(parent, key, place);
	if (!fields_open(json_object_get(parent->object, key), place, parent->findings, &fields))
		return;
	fields_expect(&fields, limits_keys);
	capabilities_parse(&fields, limits);
	limit_arches_parse(&fields, limits);
	kernel = fields_string(&fields, "minKernel");
	if (kernel && *kernel && !word_kernel(kernel, &limits->min_kernel))
		fields_error(&fields, "minKernel", "'%s' is not a version like 4.8", kernel);
}

void rule_parse(const struct fields *fields, struct rule *ret_rule)
{
	fields_expect(fields, rule_keys);
	names_parse(fields, ret_rule);
	if (!fields_has(fields, "action"))
		fields_error(fields, "action", "is missing");
	action_parse(fields, "action", "errnoRet", "errno", &ret_rule->action);
	conditions_parse(fields, ret_rule);
	limits_parse(fields, "includes", &ret_rule->includes);
	limits_parse(fields, "excludes", &ret_rule->excludes);
	ret_rule->comment = fields_string(fields, "comment");
}
