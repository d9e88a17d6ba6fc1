/* database.h: the rows of /etc/passwd and /etc/group, read directly. passwd(5), group(5)
 *
 * Not fgetpwent(3): musl's takes 4294968296 for user 1000, where it is a mistake. A row that is not
 * well-formed, its numbers included, is no row; the first one that matches counts.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE  "/etc/group"

#define ID_MAX ((uint64_t)UINT32_MAX - 1) /* 4294967295 is (uid_t)-1, "leave it" to the kernel */

enum passwd_field {
	PASSWD_NAME,
	PASSWD_PASSWORD,
	PASSWD_UID,
	PASSWD_GID,
	PASSWD_GECOS,
	PASSWD_HOME,
	PASSWD_SHELL,
	PASSWD_FIELDS
};
enum group_field { GROUP_NAME, GROUP_PASSWORD, GROUP_GID, GROUP_MEMBERS, GROUP_FIELDS };

/* A file of rows, whole in memory. Rows point into it, and it is never given back: what was found
 * lives as long as the process. */
struct database {
	char *at, *end;
	size_t field_count;
};

/* Read the file. One that does not exist has no rows. Returns 0 or -errno. */
int database_open(const char *path, size_t field_count, struct database *ret);

/* The next row with as many fields as there have to be; false at the end. The fields are
 * terminated. */
bool database_next(struct database *database, char **ret_fields);

#endif
