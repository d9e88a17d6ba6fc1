#include "init/privileges/user.h"

#include "init/privileges/passwd.h"
#include "init/sys/message.h"
#include "init/sys/number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the passwd file says of one user, in memory of our own. */
struct user_entry {
	bool found;
	uid_t uid;
	gid_t gid;
	char *name, *home;
};

static void *allocated(void *memory)
{
	if (!memory)
		die("out of memory: %s", strerror(errno));
	return memory;
}

/* A file that cannot be read must not look like one without rows. */
static void database_check(const char *path, int result)
{
	if (result)
		die("cannot read %s: %s", path, strerror(-result));
}

static struct database groups_open(void)
{
	struct database groups;

	database_check(GROUP_FILE, database_open(GROUP_FILE, GROUP_FIELDS, &groups));
	return groups;
}

/* The first entry with this name, or where name is NULL with this uid. A number is right without
 * one, so there a file that only root may read is no error: podman --user writes such a one into a
 * scratch image. */
static struct user_entry user_find(const char *name, uid_t uid)
{
	struct database users;
	const int result = database_open(PASSWD_FILE, PASSWD_FIELDS, &users);
	char *fields[PASSWD_FIELDS];
	uint64_t row_uid, row_gid;

	if (result == -EACCES && !name)
		return (struct user_entry){ .found = false };
	database_check(PASSWD_FILE, result);
	while (database_next(&users, fields)) {
		if (!number_parse(fields[PASSWD_UID], 0, ID_MAX, &row_uid) ||
		    !number_parse(fields[PASSWD_GID], 0, ID_MAX, &row_gid))
			continue;
		if (name ? !strcmp(fields[PASSWD_NAME], name) : row_uid == uid)
			return (struct user_entry){ .found = true,
						    .uid = (uid_t)row_uid,
						    .gid = (gid_t)row_gid,
						    .name = fields[PASSWD_NAME],
						    .home = fields[PASSWD_HOME] };
	}
	return (struct user_entry){ .found = false };
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

static bool group_find(const char *name, gid_t *ret)
{
	struct database groups = groups_open();
	char *fields[GROUP_FIELDS];
	gid_t gid;

	while (group_next(&groups, fields, &gid)) {
		if (!strcmp(fields[GROUP_NAME], name)) {
			*ret = gid;
			return true;
		}
	}
	return false;
}

/* A group by number or name; dies, naming what was typed, where there is none. */
static gid_t group_resolve(const char *option, const char *typed, const char *text)
{
	uint64_t number;
	gid_t gid;

	if (number_parse(text, 0, ID_MAX, &number))
		return (gid_t)number;
	if (*text >= '0' && *text <= '9')
		die("%s %s: '%s' is not a group: neither a name nor a number from 0 to %llu",
		    option, typed, text, (unsigned long long)ID_MAX);
	if (!*text || !group_find(text, &gid))
		die("%s %s: no group '%s' in " GROUP_FILE
		    " (add it to the image, or give a number)",
		    option, typed, text);
	return gid;
}

static void groups_add(struct identity *identity, gid_t gid)
{
	identity->groups =
		allocated(reallocarray(identity->groups, identity->group_count + 1, sizeof(gid)));
	identity->groups[identity->group_count++] = gid;
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

/* Sorted and without duplicates, so that lists can be compared with the kernel's. */
static void groups_normalize(struct identity *identity)
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

/* What initgroups(3) would set: the user's own group and each that lists the name. */
static void groups_of_user(struct identity *identity)
{
	struct database groups = groups_open();
	char *fields[GROUP_FIELDS];
	gid_t gid;

	groups_add(identity, identity->gid);
	while (group_next(&groups, fields, &gid)) {
		for (char *member; (member = strsep(&fields[GROUP_MEMBERS], ","));) {
			if (!strcmp(member, identity->name))
				groups_add(identity, gid);
		}
	}
}

static void groups_from_list(struct identity *identity, const char *list)
{
	char *words, *rest;

	identity->groups = NULL;
	identity->group_count = 0;
	if (!strcmp(list, "none"))
		return;
	words = rest = allocated(strdup(list));
	for (char *word; (word = strsep(&rest, ","));)
		groups_add(identity, group_resolve("--groups", list, word));
	free(words);
}

/* The USER of "USER[:GROUP]": by number where it is one, else by name. A number needs no entry; its
 * uid is right even where found is false. */
static struct user_entry user_resolve(const char *option, const char *typed, const char *text)
{
	struct user_entry entry;
	uint64_t number;

	if (!*text)
		die("%s %s: the user is empty", option, typed);
	if (number_parse(text, 0, ID_MAX, &number)) {
		entry = user_find(NULL, (uid_t)number);
		entry.uid = (uid_t)number;
		return entry;
	}
	if ((*text >= '0' && *text <= '9') || *text == '-' || *text == '+')
		die("%s %s: '%s' is not a user: neither a name nor a number from 0 to %llu", option,
		    typed, text, (unsigned long long)ID_MAX);
	entry = user_find(text, 0);
	if (!entry.found)
		die("%s %s: no user '%s' in " PASSWD_FILE
		    " (add it to the image, or give numbers: UID:GID)",
		    option, typed, text);
	return entry;
}

/* "USER[:GROUP]" as an identity. USER alone brings its own groups, USER:GROUP that group only. With
 * completes, as in gosu, an empty user is who we are, an empty group is none, and a user without an
 * entry keeps our group. */
static struct identity identity_parse(const char *option, const char *typed, bool completes)
{
	char digits[21];
	char *user = allocated(strdup(typed));
	char *group = strchr(user, ':');
	struct identity identity = { 0 };
	struct user_entry entry;

	if (group)
		*group++ = '\0';
	if (completes && group && !*group)
		group = NULL;
	entry = user_resolve(option, typed,
			     completes && !*user ? number_format(getuid(), digits) : user);
	identity.uid = entry.uid;
	identity.name = entry.name;
	identity.home = entry.home;
	if (group) {
		identity.gid = group_resolve(option, typed, group);
		groups_add(&identity, identity.gid);
	} else if (entry.found) {
		identity.gid = entry.gid;
		groups_of_user(&identity);
	} else if (completes) {
		identity.gid = getgid();
		groups_add(&identity, identity.gid);
	} else {
		die("%s %s: user %s has no entry in " PASSWD_FILE
		    ", so its group must be given too (%s %s:GROUP)",
		    option, typed, user, option, user);
	}
	free(user);
	return identity;
}

/* The owner of a bind-mounted folder, unless that is root. */
static bool identity_from_path(const char *path, struct identity *ret)
{
	struct user_entry entry;
	struct stat status = { 0 };

	if (stat(path, &status))
		die("--user-from %s: cannot look at it: %s", path, strerror(errno));
	if (status.st_uid == 0)
		return false;
	entry = user_find(NULL, status.st_uid);
	*ret = (struct identity){ .uid = status.st_uid, .gid = status.st_gid };
	ret->name = entry.name;
	ret->home = entry.home;
	groups_add(ret, ret->gid);
	return true;
}

static void owner_resolve(const char *option, const char *typed, const struct plan *plan,
			  struct owner *owner)
{
	struct identity identity;

	if (owner->text) {
		char *option_and_text;

		if (asprintf(&option_and_text, "%s %s: owner", option, typed) < 0)
			die("out of memory: %s", strerror(errno));
		identity = identity_parse(option_and_text, owner->text, false);
		free(identity.groups);
		free(option_and_text);
	} else if (plan->drops) {
		identity = plan->identity;
	} else {
		identity = (struct identity){ .uid = (uid_t)-1, .gid = (gid_t)-1 }; /* as it is */
	}
	owner->uid = identity.uid;
	owner->gid = identity.gid;
}

static void target_resolve(struct plan *plan)
{
	const bool from_path =
		plan->user_from && identity_from_path(plan->user_from, &plan->identity);

	if (!from_path && plan->user_from && !plan->user)
		die("--user-from %s: it belongs to root, and drop-init never runs a command as root "
		    "(give --user for this case)",
		    plan->user_from);
	if (!from_path && plan->user)
		plan->identity = identity_parse(plan->becomes ? "user-spec" : "--user", plan->user,
						plan->becomes);
	plan->drops = !plan->becomes && (plan->user || plan->user_from);
	if (plan->drops && plan->identity.uid == 0)
		die("--user %s: this is user 0, and drop-init only steps down from root "
		    "(name another user, or leave --user out)",
		    plan->user);
	if (plan->groups && !plan->drops)
		die("--groups %s: needs --user", plan->groups);
	if (plan->groups)
		groups_from_list(&plan->identity, plan->groups);
	groups_normalize(&plan->identity);
}

void identity_resolve(struct plan *plan)
{
	target_resolve(plan);
	for (size_t i = 0; i < plan->listen_count; i++)
		owner_resolve("--listen", plan->listens[i].text, plan, &plan->listens[i].owner);
	for (size_t i = 0; i < plan->chown_count; i++) {
		if (!plan->chowns[i].owner.text && !plan->drops)
			die("--chown %s: no user to give it to (add --user, or owner=USER:GROUP)",
			    plan->chowns[i].text);
		owner_resolve("--chown", plan->chowns[i].text, plan, &plan->chowns[i].owner);
	}
}

const char *identity_format(const struct identity *identity, char *buffer, size_t size)
{
	if (identity->name)
		snprintf(buffer, size, "%s (%u:%u)", identity->name, identity->uid, identity->gid);
	else
		snprintf(buffer, size, "%u:%u", identity->uid, identity->gid);
	return buffer;
}
