#include "seccomp/profile/rule.h"

#include "seccomp/names/arch.h"
#include "seccomp/names/capability_name.h"
#include "seccomp/profile/vocabulary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ERRNO_MAX 4094 /* libseccomp, and so runc, take no more; the kernel one more */

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
	bool numbered = fields_has_optional(fields, number_key) &&
			fields_number(fields, number_key, max, &value);

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
	size_t count = fields_count(fields, "names");
	const char *single = fields_string(fields, "name");

	if (single && count > 0)
		fields_error(fields, "name", "and names are both given (keep one)");
	if (!fields_has_optional(fields, "names") && !fields_has(fields, "name"))
		fields_error(fields, "names", "is missing");
	rule->names = calloc(count + 1, sizeof(*rule->names));
	if (!rule->names) {
		fields_error(fields, "names", "out of memory");
		return;
	}
	if (single)
		rule->names[rule->name_count++] = single;
	for (size_t i = 0; i < count && !single; i++) {
		const char *name = fields_string_element(fields, "names", i);

		if (name)
			rule->names[rule->name_count++] = name;
	}
}

/* What is legal but hardly meant. */
static void condition_doubt(const struct fields *fields, const struct condition *condition)
{
	if (condition->comparison != SCMP_CMP_MASKED_EQ) {
		if (condition->value_two)
			fields_warning(fields, "valueTwo",
				       "has no effect: only SCMP_CMP_MASKED_EQ has two values");
	} else if (condition->value_two & ~condition->value) {
		fields_warning(fields, "valueTwo",
			       "has bits that are not in the mask (value): they have no effect");
	}
}

static void condition_parse(const struct fields *fields, struct condition *condition)
{
	const char *word = fields_string(fields, "op");
	uint64_t index = 0;

	fields_expect(fields, condition_keys);
	fields_require(fields, "index");
	fields_require(fields, "value");
	fields_require(fields, "op");
	fields_number(fields, "index", ARGUMENTS_MAX - 1, &index);
	condition->index = (unsigned int)index;
	fields_number(fields, "value", UINT64_MAX, &condition->value);
	fields_number(fields, "valueTwo", UINT64_MAX, &condition->value_two);
	if (word && !word_comparison(word, &condition->comparison))
		fields_error(fields, "op",
			     "unknown operator '%s' (SCMP_CMP_NE, LT, LE, EQ, GE, GT or "
			     "MASKED_EQ)",
			     word);
	condition_doubt(fields, condition);
}

static void conditions_parse(const struct fields *fields, struct rule *rule)
{
	size_t count = fields_count(fields, "args");
	struct fields entry;

	if (count == 0)
		return;
	rule->conditions = calloc(count, sizeof(*rule->conditions));
	if (!rule->conditions) {
		fields_error(fields, "args", "out of memory");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (fields_open_element(fields, "args", i, &entry))
			condition_parse(&entry, &rule->conditions[rule->condition_count++]);
	}
}

static bool capability_bit(const char *word, uint64_t *ret_bit)
{
	int number = strncmp(word, "CAP_", 4) == 0 ? capability_number(word) : -1;

	if (number < 0)
		return false;
	*ret_bit = 1ULL << number;
	return true;
}

static bool arch_bit(const char *word, uint64_t *ret_bit)
{
	unsigned int arch;

	if (!arch_by_name(word, &arch))
		return false;
	*ret_bit = 1ULL << arch;
	return true;
}

static void limits_parse(const struct fields *parent, const char *key, struct limits *limits)
{
	struct fields fields;
	const char *kernel;

	if (!fields_open_field(parent, key, &fields))
		return;
	fields_expect(&fields, limits_keys);
	limits->capabilities = fields_words(&fields, "caps", "capability", capability_bit);
	limits->arches = (uint32_t)fields_words(&fields, "arches", "architecture", arch_bit);
	kernel = fields_string(&fields, "minKernel");
	if (kernel && *kernel && !word_kernel(kernel, &limits->min_kernel))
		fields_error(&fields, "minKernel", "'%s' is not a version like 4.8", kernel);
}

void rule_parse(const struct fields *fields, struct rule *ret_rule)
{
	fields_expect(fields, rule_keys);
	names_parse(fields, ret_rule);
	fields_require(fields, "action");
	action_parse(fields, "action", "errnoRet", "errno", &ret_rule->action);
	conditions_parse(fields, ret_rule);
	limits_parse(fields, "includes", &ret_rule->includes);
	limits_parse(fields, "excludes", &ret_rule->excludes);
	ret_rule->comment = fields_string(fields, "comment");
}
