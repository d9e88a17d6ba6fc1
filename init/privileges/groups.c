#include "init/privileges/groups.h"

#include "init/privileges/credentials.h"
#include "init/privileges/passwd.h"
#include "init/sys/number.h"
#include "init/sys/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct failure *groups_open(struct database *ret)
{
	const int result = database_open(GROUP_FILE, GROUP_FIELDS, ret);

	return result ? failure_new(NULL, -result, NULL, "cannot read " GROUP_FILE) : NULL;
}

/* The next group whose number is one; false at the end. */
static bool group_next(struct database *groups, char **ret_fields, gid_t *ret_gid)
{
	uint64_t gid;

	while (database_next(groups, ret_fields)) {
		if (number_parse(ret_fields[GROUP_GID], 0, ID_MAX, &gid)) {
			*ret_gid = (gid_t)gid;
			return true;
		}
	}
	return false;
}

static const struct failure *group_find(const char *typed, const char *name, gid_t *ret)
{
	struct database groups;
	const struct failure *failure = groups_open(&groups);
	char *fields[GROUP_FIELDS];

	if (failure)
		return failure;
	while (*name && group_next(&groups, fields, ret)) {
		if (!strcmp(fields[GROUP_NAME], name))
			return NULL;
	}
	return failure_new(typed, 0, "add it to the image, or give a number",
			   "no group '%s' in " GROUP_FILE, name);
}

const struct failure *group_resolve(const char *typed, const char *text, gid_t *ret)
{
	uint64_t number;

	if (!number_parse(text, 0, ID_MAX, &number)) {
		if (*text < '0' || *text > '9')
			return group_find(typed, text, ret);
		return failure_new(
			typed, 0, NULL,
			"'%s' is not a group: neither a name nor a number from 0 to %llu", text,
			(unsigned long long)ID_MAX);
	}
	*ret = (gid_t)number;
	return NULL;
}

const struct failure *identity_add_group(struct identity *identity, gid_t gid)
{
	gid_t *grown = reallocarray(identity->groups, identity->group_count + 1, sizeof(gid));

	if (!grown)
		return failure_of_memory();
	identity->groups = grown;
	identity->groups[identity->group_count++] = gid;
	return NULL;
}

bool identity_has_group(const struct identity *identity, gid_t gid)
{
	bool has = identity->gid == gid;

	for (size_t i = 0; i < identity->group_count; i++)
		has |= identity->groups[i] == gid;
	return has;
}

void groups_sort(gid_t *groups, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const gid_t gid = groups[i];
		size_t at = i;

		for (; at && groups[at - 1] > gid; at--)
			groups[at] = groups[at - 1];
		groups[at] = gid;
	}
}

void groups_normalize(struct identity *identity)
{
	size_t kept = 0;

	if (!identity->group_count)
		return;
	groups_sort(identity->groups, identity->group_count);
	for (size_t i = 1; i < identity->group_count; i++) {
		if (identity->groups[i] != identity->groups[kept])
			identity->groups[++kept] = identity->groups[i];
	}
	identity->group_count = kept + 1;
}

const struct failure *groups_of_user(struct identity *identity)
{
	struct database groups;
	const struct failure *failure = groups_open(&groups);
	char *fields[GROUP_FIELDS];
	gid_t gid;

	if (!failure)
		failure = identity_add_group(identity, identity->gid);
	while (!failure && group_next(&groups, fields, &gid)) {
		for (char *member; (member = strsep(&fields[GROUP_MEMBERS], ","));) {
			if (!failure && !strcmp(member, identity->name))
				failure = identity_add_group(identity, gid);
		}
	}
	return failure;
}

/* Those that we were started with, without root's: fsGroup and --group-add come that way. */
static const struct failure *groups_kept(struct identity *identity)
{
	const struct failure *failure = NULL;
	gid_t *groups;
	int count;

	if (credentials_groups(&groups, &count))
		return failure_new("--groups keep", errno, NULL, "cannot read our own groups");
	for (int i = 0; !failure && i < count; i++) {
		if (groups[i] != 0)
			failure = identity_add_group(identity, groups[i]);
	}
	free(groups);
	return failure;
}

const struct failure *groups_from_list(struct identity *identity, const char *list)
{
	const char *typed = text_format("--groups %s", list);
	const struct failure *failure = NULL;
	char *words, *rest;
	gid_t gid = 0;

	identity->groups = NULL;
	identity->group_count = 0;
	if (!strcmp(list, "none"))
		return NULL;
	if (!strcmp(list, "keep"))
		return groups_kept(identity);
	words = rest = strdup(list);
	if (!words)
		return failure_of_memory();
	for (char *word; !failure && (word = strsep(&rest, ","));) {
		failure = group_resolve(typed, word, &gid);
		if (!failure)
			failure = identity_add_group(identity, gid);
	}
	free(words);
	return failure;
}
