#include "init/privileges/user.h"

#include "init/privileges/groups.h"
#include "init/privileges/passwd.h"
#include "init/sys/number.h"
#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
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

/* The first entry with this name, or where name is NULL with this uid. A number is right without
 * one, so there a file that only root may read is no error: podman --user writes such a one into a
 * scratch image. */
static const struct failure *user_find(const char *name, uid_t uid, struct user_entry *ret)
{
	struct database users;
	const int result = database_open(PASSWD_FILE, PASSWD_FIELDS, &users);
	char *fields[PASSWD_FIELDS];
	uint64_t row_uid, row_gid;

	*ret = (struct user_entry){ .found = false };
	if (result == -EACCES && !name)
		return NULL;
	if (result) /* it must not look like a file without rows */
		return failure_new(NULL, -result, NULL, "cannot read " PASSWD_FILE);
	while (database_next(&users, fields)) {
		if (!number_parse(fields[PASSWD_UID], 0, ID_MAX, &row_uid) ||
		    !number_parse(fields[PASSWD_GID], 0, ID_MAX, &row_gid))
			continue;
		if (name ? strcmp(fields[PASSWD_NAME], name) != 0 : row_uid != uid)
			continue;
		*ret = (struct user_entry){ .found = true,
					    .uid = (uid_t)row_uid,
					    .gid = (gid_t)row_gid,
					    .name = fields[PASSWD_NAME],
					    .home = fields[PASSWD_HOME] };
		return NULL;
	}
	return NULL;
}

/* The USER of "USER[:GROUP]": by number where it is one, else by name. A number needs no entry; its
 * uid is right even where found is false. */
static const struct failure *entry_resolve(const char *typed, const char *text,
					   struct user_entry *ret)
{
	const struct failure *failure;
	uint64_t number;

	if (!*text)
		return failure_new(typed, 0, NULL, "the user is empty");
	if (number_parse(text, 0, ID_MAX, &number)) {
		failure = user_find(NULL, (uid_t)number, ret);
		ret->uid = (uid_t)number;
		return failure;
	}
	if ((*text >= '0' && *text <= '9') || *text == '-' || *text == '+')
		return failure_new(typed, 0, NULL,
				   "'%s' is not a user: neither a name nor a number from 0 to %llu",
				   text, (unsigned long long)ID_MAX);
	failure = user_find(text, 0, ret);
	if (!failure && !ret->found)
		failure = failure_new(typed, 0, "add it to the image, or give numbers: UID:GID",
				      "no user '%s' in " PASSWD_FILE, text);
	return failure;
}

/* The groups of a USER without a GROUP. */
static const struct failure *own_groups(const char *option, const char *typed, const char *user,
					bool found, bool completes, struct identity *identity)
{
	if (found)
		return groups_of_user(identity);
	if (!completes)
		return failure_new(typed, 0, text_format("%s %s:GROUP", option, user),
				   "user %s has no entry in " PASSWD_FILE
				   ", so its group must be given too",
				   user);
	identity->gid = getgid();
	return identity_add_group(identity, identity->gid);
}

/* "USER[:GROUP]" as an identity. USER alone brings its own groups, USER:GROUP that group only. With
 * completes, as in gosu, an empty user is who we are, an empty group is none, and a user without an
 * entry keeps our group. */
static const struct failure *identity_parse(const char *option, const char *text, bool completes,
					    struct identity *ret)
{
	const char *typed = text_format("%s %s", option, text);
	const char *user = text_format("%.*s", (int)strcspn(text, ":"), text);
	const char *group = strchr(text, ':');
	struct identity identity = { 0 };
	const struct failure *failure;
	struct user_entry entry = { 0 };

	group = group ? group + 1 : NULL;
	if (completes && group && !*group)
		group = NULL;
	if (completes && !*user)
		user = text_format("%u", getuid());
	failure = entry_resolve(typed, user, &entry);
	if (failure)
		return failure;
	identity.uid = entry.uid;
	identity.gid = entry.gid;
	identity.name = entry.name;
	identity.home = entry.home;
	if (group)
		failure = group_resolve(typed, group, &identity.gid);
	if (!failure)
		failure =
			group ? identity_add_group(&identity, identity.gid)
			      : own_groups(option, typed, user, entry.found, completes, &identity);
	*ret = identity;
	return failure;
}

/* The owner of a bind-mounted folder, unless that is root: *ret_is_root. */
static const struct failure *identity_from_path(const char *path, struct identity *ret,
						bool *ret_is_root)
{
	const char *typed = text_format("--user-from %s", path);
	const struct failure *failure;
	struct user_entry entry;
	struct stat status = { 0 };
	int fd;

	failure = path_open_file(typed, path, O_PATH, 0, &fd);
	if (failure)
		return failure;
	if (fstat(fd, &status))
		failure = failure_new(typed, errno, NULL, "cannot look at it");
	(void)close(fd); /* O_PATH: nothing to lose */
	*ret_is_root = status.st_uid == 0;
	if (failure || *ret_is_root)
		return failure;
	if (status.st_gid == 0)
		return failure_new(
			typed, 0,
			text_format("give its owner another group, or write --user %u:GROUP",
				    status.st_uid),
			"its group is 0, root's, which the command must not have");
	failure = user_find(NULL, status.st_uid, &entry);
	*ret = (struct identity){
		.uid = status.st_uid, .gid = status.st_gid, .name = entry.name, .home = entry.home
	};
	return failure ? failure : identity_add_group(ret, ret->gid);
}

static const struct failure *owner_resolve(const char *option, const char *spec,
					   const struct plan *plan, struct owner *owner)
{
	const char *typed = text_format("%s %s: owner", option, spec);
	struct identity identity = { .uid = (uid_t)-1, .gid = (gid_t)-1 }; /* as it is */
	const struct failure *failure = NULL;

	if (owner->text)
		failure = identity_parse(typed, owner->text, false, &identity);
	else if (plan->drops)
		identity = plan->identity;
	owner->uid = identity.uid;
	owner->gid = identity.gid;
	return failure;
}

static const struct failure *target_resolve(struct plan *plan)
{
	const struct failure *failure = NULL;
	bool is_root = true;

	if (plan->user_from)
		failure = identity_from_path(plan->user_from, &plan->identity, &is_root);
	if (failure || (is_root && !plan->user))
		return failure || !plan->user_from
			       ? failure
			       : failure_new(
					 text_format("--user-from %s", plan->user_from), 0,
					 "give --user for this case",
					 "it belongs to root, and drop-init never runs a command as root");
	if (is_root)
		failure = identity_parse(plan->becomes ? "user-spec" : "--user", plan->user,
					 plan->becomes, &plan->identity);
	if (!failure && plan->drops && plan->identity.uid == 0)
		failure = failure_new(text_format("--user %s", plan->user), 0,
				      "name another user, or leave --user out",
				      "this is user 0, and drop-init only steps down from root");
	return failure;
}

const struct failure *user_resolve(struct plan *plan)
{
	const struct failure *failure;

	plan->drops = !plan->becomes && (plan->user || plan->user_from);
	failure = target_resolve(plan);
	if (!failure && plan->groups && !plan->drops)
		failure = failure_new(text_format("--groups %s", plan->groups), 0, NULL,
				      "needs --user");
	if (!failure && plan->groups)
		failure = groups_from_list(&plan->identity, plan->groups);
	groups_normalize(&plan->identity);
	return failure;
}

const struct failure *user_resolve_owners(struct plan *plan)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < plan->listen_count; i++)
		failure = owner_resolve("--listen", plan->listens[i].text, plan,
					&plan->listens[i].owner);
	for (size_t i = 0; !failure && i < plan->chown_count; i++) {
		struct chown_spec *spec = &plan->chowns[i];

		if (!spec->owner.text && !plan->drops)
			return failure_new(text_format("--chown %s", spec->text), 0,
					   "add --user, or owner=USER:GROUP",
					   "no user to give it to");
		failure = owner_resolve("--chown", spec->text, plan, &spec->owner);
	}
	return failure;
}

const char *identity_format(const struct identity *identity, char *buffer, size_t size)
{
	if (identity->name)
		snprintf(buffer, size, "%s (%u:%u)", identity->name, identity->uid, identity->gid);
	else
		snprintf(buffer, size, "%u:%u", identity->uid, identity->gid);
	return buffer;
}
