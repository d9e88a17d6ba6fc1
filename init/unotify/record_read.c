/* A reader for the JSON that --record writes, and no other: known keys with known values, strings
 * without escapes, numbers of up to 32 bits. */
#include "init/unotify/record_read.h"
#include "init/sys/number.h"
#include "seccomp/names/syscall_name.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#define WORD_SIZE 320 /* the comment is the longest string */

struct reader {
	const char *at;
	const char *wrong; /* what could not be read; NULL: all is well */
	struct record *record;
};

/* One rule, until its end is reached. */
struct rule {
	struct syscall_set calls;
	int last;	/* of the names */
	unsigned count; /* of them */
	bool allows, refuses, compares;
	uint32_t index, mask, value, error;
};

static void reader_fail(struct reader *r, const char *wrong)
{
	if (!r->wrong)
		r->wrong = wrong;
}

static void space_skip(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

/* Take the character if it is next. */
static bool token_take(struct reader *r, char token)
{
	space_skip(r);
	if (r->wrong || *r->at != token)
		return false;
	r->at++;
	return true;
}

static void token_need(struct reader *r, char token)
{
	if (!token_take(r, token))
		reader_fail(r, "it is not JSON as --record writes it");
}

static void string_read(struct reader *r, char ret_word[WORD_SIZE])
{
	size_t length;

	ret_word[0] = '\0';
	token_need(r, '"');
	length = strcspn(r->at, "\"\\\n");
	if (r->wrong || r->at[length] != '"' || length >= WORD_SIZE) {
		reader_fail(r, "it holds a string that --record does not write");
		return;
	}
	memcpy(ret_word, r->at, length);
	ret_word[length] = '\0';
	r->at += length + 1;
}

static uint32_t number_read(struct reader *r)
{
	char digits[16] = "";
	uint64_t value = 0;
	size_t length;

	space_skip(r);
	length = strspn(r->at, "0123456789");
	if (length < sizeof(digits))
		memcpy(digits, r->at, length);
	if (!number_parse(digits, 0, UINT32_MAX, &value))
		reader_fail(r, "it holds a number that --record does not write");
	r->at += length;
	return (uint32_t)value;
}

/* Read "key": and leave the value; false at the end of the object. FIRST starts as true. */
static bool key_next(struct reader *r, bool *first, char ret_key[WORD_SIZE])
{
	if (token_take(r, '}') || r->wrong)
		return false;
	if (!*first)
		token_need(r, ',');
	*first = false;
	string_read(r, ret_key);
	token_need(r, ':');
	return !r->wrong;
}

static bool element_next(struct reader *r, bool *first)
{
	if (token_take(r, ']') || r->wrong)
		return false;
	if (!*first)
		token_need(r, ',');
	*first = false;
	return !r->wrong;
}

static void names_read(struct reader *r, struct rule *rule)
{
	char name[WORD_SIZE];

	token_need(r, '[');
	for (bool first = true; element_next(r, &first);) {
		string_read(r, name);
		rule->last = syscall_number(name);
		if (rule->last < 0)
			reader_fail(r, "it names a system call that this machine does not have");
		else
			syscall_set_add(&rule->calls, rule->last);
		rule->count++;
	}
}

static void comparison_read(struct reader *r, struct rule *rule)
{
	char word[WORD_SIZE], op[WORD_SIZE] = "";

	token_need(r, '{');
	for (bool first = true; key_next(r, &first, word);)
		if (strcmp(word, "index") == 0)
			rule->index = number_read(r);
		else if (strcmp(word, "value") == 0)
			rule->mask = number_read(r);
		else if (strcmp(word, "valueTwo") == 0)
			rule->value = number_read(r);
		else if (strcmp(word, "op") == 0)
			string_read(r, op);
		else
			reader_fail(r, "a rule's argument has a key that --record does not write");
	if (strcmp(op, "SCMP_CMP_MASKED_EQ") != 0 || rule->mask != UINT32_MAX || rule->compares)
		reader_fail(r, "a rule compares an argument in another way than --record does");
	rule->compares = true;
}

static void rule_key_read(struct reader *r, const char *key, struct rule *rule)
{
	char word[WORD_SIZE];

	if (strcmp(key, "names") == 0) {
		names_read(r, rule);
	} else if (strcmp(key, "errnoRet") == 0) {
		rule->error = number_read(r);
	} else if (strcmp(key, "args") == 0) {
		token_need(r, '[');
		for (bool first = true; element_next(r, &first);)
			comparison_read(r, rule);
	} else if (strcmp(key, "comment") == 0) {
		string_read(r, word);
		r->record->hidden = r->record->hidden || strcmp(word, RECORD_COMMENT) != 0;
	} else if (strcmp(key, "action") == 0) {
		string_read(r, word);
		rule->allows = strcmp(word, "SCMP_ACT_ALLOW") == 0;
		rule->refuses = strcmp(word, "SCMP_ACT_ERRNO") == 0;
	} else {
		reader_fail(r, "a rule has a key that --record does not write");
	}
}

static void rule_apply(struct reader *r, const struct rule *rule)
{
	const bool clone3 = rule->last == SYS_clone3 && rule->refuses && rule->error == ENOSYS;

	if (clone3 && rule->count == 1 && !rule->compares)
		return; /* in every recording */
	if (!rule->allows) {
		reader_fail(r, "a rule does something else than to allow calls");
		return;
	}
	for (int call = 0; call < SYSCALL_COUNT; call++) {
		int slot;
		int argument = record_argument_find(call, &slot);

		if (!syscall_set_has(&rule->calls, call))
			continue;
		syscall_set_add(&r->record->calls, call);
		if (rule->compares && (argument < 0 || (uint32_t)argument != rule->index))
			reader_fail(r,
				    "a rule looks at an argument that --record does not look at");
		else if (rule->compares)
			record_add_value(&r->record->arguments[slot], rule->value);
		else if (argument >= 0)
			r->record->arguments[slot].any = true;
	}
}

static void rules_read(struct reader *r)
{
	char key[WORD_SIZE];

	token_need(r, '[');
	for (bool first = true; element_next(r, &first);) {
		struct rule rule = { 0 };

		token_need(r, '{');
		for (bool first_key = true; key_next(r, &first_key, key);)
			rule_key_read(r, key, &rule);
		if (!r->wrong)
			rule_apply(r, &rule);
	}
}

static void architectures_read(struct reader *r)
{
	char word[WORD_SIZE];

	token_need(r, '[');
	for (bool first = true; element_next(r, &first);) {
		string_read(r, word);
		if (strcmp(word, RECORD_ARCHITECTURE) != 0)
			reader_fail(r, "it is for another architecture");
	}
}

static void top_key_read(struct reader *r, const char *key)
{
	char word[WORD_SIZE];

	if (strcmp(key, "defaultAction") == 0) {
		string_read(r, word);
		if (strcmp(word, "SCMP_ACT_ERRNO") != 0)
			reader_fail(r, "its default action is not SCMP_ACT_ERRNO");
	} else if (strcmp(key, "defaultErrnoRet") == 0) {
		if (number_read(r) != EPERM)
			reader_fail(r, "its default error is not EPERM");
	} else if (strcmp(key, "architectures") == 0) {
		architectures_read(r);
	} else if (strcmp(key, "syscalls") == 0) {
		rules_read(r);
	} else {
		reader_fail(r, "it has a key that --record does not write");
	}
}

const char *record_read(struct record *record, const char *text)
{
	struct reader r = { .at = text, .record = record };
	char key[WORD_SIZE];

	token_need(&r, '{');
	for (bool first = true; key_next(&r, &first, key);)
		top_key_read(&r, key);
	space_skip(&r);
	if (*r.at != '\0')
		reader_fail(&r, "there is something behind the profile");
	return r.wrong;
}
