#include "seccomp/profile/vocabulary.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

struct word {
	const char *text;
	uint32_t value;
};

/* Of two words for one action the one that is shown comes first. */
static const struct word actions[] = {
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
};

static const struct word operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static const struct word flags_known[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

/* strerrorname_np(3) knows one name for each number; these are the others. */
static const struct word errno_aliases[] = {
	{ "EWOULDBLOCK", EWOULDBLOCK },
	{ "EDEADLOCK", EDEADLOCK },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "ENOTSUP", ENOTSUP },
};

static bool word_find(const struct word *table, size_t count, const char *text, uint32_t *ret_value)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].text, text) == 0) {
			*ret_value = table[i].value;
			return true;
		}
	}
	return false;
}

bool word_action(const char *word, uint32_t *ret_action)
{
	return word_find(actions, COUNT(actions), word, ret_action);
}

void action_describe(uint32_t action, char *buffer, size_t size)
{
	uint32_t base = action & SECCOMP_RET_ACTION_FULL, data = action & SECCOMP_RET_DATA;
	const char *name = NULL, *error;

	for (size_t i = 0; i < COUNT(actions) && !name; i++) {
		if (actions[i].value == base)
			name = actions[i].text;
	}
	error = strerrorname_np((int)data);
	if (!name)
		snprintf(buffer, size, "an unknown action (0x%08x, the kernel kills)", action);
	else if (base == SCMP_ACT_ERRNO(0) && error && data)
		snprintf(buffer, size, "%s %s (%u)", name, error, data);
	else if (base == SCMP_ACT_ERRNO(0) || base == SCMP_ACT_TRACE(0))
		snprintf(buffer, size, "%s %u", name, data);
	else
		snprintf(buffer, size, "%s", name);
}

bool word_comparison(const char *word, enum scmp_compare *ret_comparison)
{
	uint32_t value;

	if (!word_find(operators, COUNT(operators), word, &value))
		return false;
	*ret_comparison = (enum scmp_compare)value;
	return true;
}

const char *comparison_symbol(enum scmp_compare comparison)
{
	switch (comparison) {
	case SCMP_CMP_NE:
		return "!=";
	case SCMP_CMP_LT:
		return "<";
	case SCMP_CMP_LE:
		return "<=";
	case SCMP_CMP_GE:
		return ">=";
	case SCMP_CMP_GT:
		return ">";
	default:
		return "==";
	}
}

bool word_flag(const char *word, uint64_t *ret_flag)
{
	uint32_t flag;

	if (!word_find(flags_known, COUNT(flags_known), word, &flag))
		return false;
	*ret_flag = flag;
	return true;
}

void flags_describe(uint32_t flags, char *buffer, size_t size)
{
	size_t used = 0;

	snprintf(buffer, size, "none");
	for (size_t i = 0; i < COUNT(flags_known) && used < size; i++) {
		if (flags & flags_known[i].value)
			used += (size_t)snprintf(buffer + used, size - used, "%s%s",
						 used ? ", " : "", flags_known[i].text);
		flags &= ~flags_known[i].value;
	}
	if (flags && used < size)
		snprintf(buffer + used, size - used, "%s0x%x", used ? ", " : "", flags);
}

bool word_errno(const char *word, unsigned int *ret_errno)
{
	for (int number = 1; number < 4096; number++) {
		const char *name = strerrorname_np(number);

		if (name && strcmp(name, word) == 0) {
			*ret_errno = (unsigned int)number;
			return true;
		}
	}
	return word_find(errno_aliases, COUNT(errno_aliases), word, ret_errno);
}

bool word_kernel(const char *word, uint32_t *ret_version)
{
	unsigned int version, patch;
	int length = 0;

	/* digits only: sscanf(3) would take blanks and signs as well */
	if (word[strspn(word, "0123456789.")] != '\0' ||
	    sscanf(word, "%3u.%3u%n", &version, &patch, &length) != 2 || word[length] != '\0' ||
	    (version == 0 && patch == 0))
		return false;
	*ret_version = version << 16 | patch;
	return true;
}
