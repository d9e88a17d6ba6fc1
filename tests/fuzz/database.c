/* /etc/passwd and /etc/group: the first line is --user, the second --groups ("" for none), then the
 * one file and, behind a form feed, the other. open(2) is linked with --wrap. */
#include "fuzz.h"
#include "init/privileges/passwd.h"
#include "init/privileges/user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);

static const char *passwd, *group;

int __wrap_open(const char *path, int flags, ...)
{
	const char *text = !strcmp(path, PASSWD_FILE)  ? passwd
			   : !strcmp(path, GROUP_FILE) ? group
						       : NULL;

	if (!fuzz_is_running())
		return __real_open(path, flags, 0600);
	if (text)
		return fuzz_file(text, strlen(text));
	errno = ENOENT;
	return -1;
}

static const char *user, *groups;

static void resolve(void *unused)
{
	struct plan plan = { .user = user, .groups = *groups ? groups : NULL };
	const struct identity *who = &plan.identity;
	char text[64];

	(void)unused;
	if (user_resolve(&plan))
		return;
	FUZZ_ASSERT(plan.drops && who->uid != 0 && who->uid != (uid_t)-1);
	FUZZ_ASSERT(who->gid != (gid_t)-1);
	for (size_t i = 1; i < who->group_count; i++)
		FUZZ_ASSERT(who->groups[i - 1] < who->groups[i]);
	identity_format(who, text, sizeof(text));
}

static const char *cut(char **rest, const char *at)
{
	const char *part = strsep(rest, at);

	return part ? part : "";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	user = cut(&rest, "\n");
	groups = cut(&rest, "\n");
	passwd = cut(&rest, "\f");
	group = rest ? rest : "";
	fuzz_run(resolve, NULL);
	free(text);
	return 0;
}
