#include "init/chown/ownership.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const left_reasons[LEFT_COUNT] = {
	[LEFT_LINKS] = "with several links",
	[LEFT_SETID] = "set-user-ID or set-group-ID",
	[LEFT_CAPABILITY] = "with file capabilities",
	[LEFT_DEVICE] = "devices",
	[LEFT_MOUNT] = "mount points",
};

static const char *const acts[] = {
	[OWNERSHIP_OPEN] = "cannot open",
	[OWNERSHIP_READ] = "cannot read the folder",
	[OWNERSHIP_LOOK] = "cannot look at",
	[OWNERSHIP_CHANGE] = "cannot change the owner of",
	[OWNERSHIP_MODE] = "cannot change the mode of",
	[OWNERSHIP_CREATE] = "cannot create",
	[OWNERSHIP_ACCEPT] = "refusing",
};

static void text_append(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void text_append(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text + length, size - length, format, arguments); /* may be cut */
	va_end(arguments);
}

const char *ownership_summary_format(const struct ownership_report *report, bool dry_run,
				     char *text, size_t size)
{
	*text = '\0';
	if (report->created)
		text_append(text, size, dry_run ? "to create, " : "created, ");
	text_append(text, size, "looked at %llu, %s %llu", (unsigned long long)report->looked_at,
		    dry_run ? "to change" : "changed", (unsigned long long)report->changed);
	if (report->mode_changed)
		text_append(text, size, dry_run ? ", the mode to set" : ", the mode set");
	for (int i = 0; i < LEFT_COUNT; i++)
		if (report->left[i])
			text_append(text, size, ", left alone %llu %s",
				    (unsigned long long)report->left[i], left_reasons[i]);
	if (report->failed)
		text_append(text, size, ", failed %llu", (unsigned long long)report->failed);
	return text;
}

/* The effective set, asked of the kernel: /proc may not be there. */
static bool capability_held(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return true; /* cannot tell: blame nothing */
	return data[capability / 32].effective & (1U << capability % 32);
}

static const char *advice_change(const struct ownership_report *report,
				 const struct ownership_failure *failure)
{
	if (failure->fixed)
		return "it is immutable or append-only: chattr -ia";
	if (!capability_held(CAP_CHOWN))
		return "add the capability CHOWN";
	if (report->filesystem == NFS_SUPER_MAGIC)
		return "the NFS server does not accept root: export with no_root_squash, or chown there";
	return "its owner is not mapped in this user namespace, or the file system refuses";
}

static const char *advice_mode(const struct ownership_failure *failure)
{
	if (failure->fixed)
		return "it is immutable or append-only: chattr -ia";
	if (!capability_held(CAP_FOWNER))
		return "add the capability FOWNER";
	if (!capability_held(CAP_FSETID))
		return "add the capability FSETID for a set-group-ID bit";
	return NULL;
}

static const char *advice_access(const struct ownership_report *report)
{
	if (!capability_held(CAP_DAC_OVERRIDE) && !capability_held(CAP_DAC_READ_SEARCH))
		return "add the capability DAC_OVERRIDE";
	if (report->filesystem == NFS_SUPER_MAGIC)
		return "the NFS server does not accept root: export with no_root_squash, or chown there";
	return NULL;
}

static const char *advice_find(const struct ownership_report *report,
			       const struct ownership_failure *failure)
{
	if (failure->why)
		return failure->why;
	if (failure->error == EROFS)
		return "mount it writable, or chown it in the image";
	if (failure->error == ELOOP)
		return "symbolic links are not followed: name the folder itself";
	if (failure->error == ESTALE)
		return "moved while it was walked: somebody else is at work there";
	if (failure->error == ENOENT)
		return "create it in the image, or add the key mkdir";
	if (failure->error == EACCES)
		return advice_access(report);
	if (failure->error == EPERM && failure->act == OWNERSHIP_MODE)
		return advice_mode(failure);
	if (failure->error == EPERM)
		return advice_change(report, failure);
	return NULL;
}

const char *ownership_failure_format(const struct ownership_report *report,
				     const struct ownership_failure *failure, char *text,
				     size_t size)
{
	const char *advice = advice_find(report, failure);

	*text = '\0';
	text_append(text, size, "%s '%s'", acts[failure->act], failure->path);
	if (!failure->why)
		text_append(text, size, ": %s", strerror(failure->error));
	if (failure->act == OWNERSHIP_CHANGE && failure->error == EINVAL)
		text_append(
			text, size,
			" (uid %u or gid %u is not in this user namespace: see uid_map, gid_map)",
			report->uid, report->gid);
	else if (advice)
		text_append(text, size, " (%s)", advice);
	return text;
}
