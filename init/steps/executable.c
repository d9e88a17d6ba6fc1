#include "init/steps/executable.h"

#include "init/sys/text.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define HEADER_SIZE 256
#define SEGMENTS    32

#if defined(__x86_64__)
#define OUR_MACHINE	  EM_X86_64
#define OUR_OLDER_MACHINE EM_386
#define OUR_OLDER_ARCH	  0x40000003u /* AUDIT_ARCH_I386 */
#elif defined(__aarch64__)
#define OUR_MACHINE	  EM_AARCH64
#define OUR_OLDER_MACHINE EM_ARM
#define OUR_OLDER_ARCH	  0x40000028u /* AUDIT_ARCH_ARM */
#else
#define OUR_MACHINE	  EM_NONE
#define OUR_OLDER_MACHINE EM_NONE
#define OUR_OLDER_ARCH	  0
#endif

/* --- what is in the file -------------------------------------------------------------------- */

/* The beginning of a regular file, padded with zeros; false where it cannot be read. */
static bool header_read(int fd, char ret_header[HEADER_SIZE])
{
	memset(ret_header, 0, HEADER_SIZE);
	return fd >= 0 && pread(fd, ret_header, HEADER_SIZE - 1, 0) > 0;
}

/* The interpreter that a script's first line names, or a program's loader; empty: none. */
static void interpreter_read(int fd, const char header[HEADER_SIZE], char ret_path[HEADER_SIZE])
{
	Elf64_Phdr segments[SEGMENTS];
	Elf64_Ehdr elf;
	ssize_t size;

	*ret_path = '\0';
	if (!strncmp(header, "#!", 2)) {
		const char *at = header + 2 + strspn(header + 2, " \t");

		snprintf(ret_path, HEADER_SIZE, "%.*s", (int)strcspn(at, " \t\n"), at);
		return;
	}
	memcpy(&elf, header, sizeof(elf));
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64)
		return;
	size = pread(fd, segments, sizeof(segments), (off_t)elf.e_phoff);
	for (size_t i = 0; i < elf.e_phnum && size >= (ssize_t)((i + 1) * sizeof(*segments)); i++) {
		if (segments[i].p_type != PT_INTERP)
			continue;
		size = pread(fd, ret_path, HEADER_SIZE - 1, (off_t)segments[i].p_offset);
		ret_path[size > 0 ? size : 0] = '\0';
		return;
	}
}

static const char *machine_name(unsigned machine)
{
	static const struct {
		unsigned machine;
		const char *name;
	} machines[] = { { EM_386, "i386, 32 bits" }, { EM_X86_64, "x86-64" },
			 { EM_ARM, "arm, 32 bits" },  { EM_AARCH64, "arm64" },
			 { EM_PPC64, "ppc64" },	      { EM_S390, "s390x" },
			 { EM_RISCV, "riscv" },	      { EM_MIPS, "mips" } };

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (machines[i].machine == machine)
			return machines[i].name;
	}
	return text_format("machine %u", machine);
}

/* A program for another architecture; NULL: it is none. */
static const char *machine_explain(const char header[HEADER_SIZE])
{
	Elf64_Ehdr elf; /* its first fields are those of the 32-bit one */

	memcpy(&elf, header, sizeof(elf));
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 ||
	    (elf.e_machine == OUR_MACHINE && elf.e_ident[EI_CLASS] == ELFCLASS64))
		return NULL;
	if (elf.e_machine == OUR_MACHINE)
		return "it is a program for x32";
	return text_format("it is a program for another architecture: %s, not %s",
			   machine_name(elf.e_machine), machine_name(OUR_MACHINE));
}

/* The same where it cannot run here. The kernel may well run the 32-bit programs of this machine,
 * under a filter that lets them. */
static const char *machine_obstacle(const char header[HEADER_SIZE], const struct filter *profile)
{
	const char *foreign = machine_explain(header);
	const struct seccomp_data call = { .arch = OUR_OLDER_ARCH };
	Elf64_Ehdr elf;
	uint32_t action;

	memcpy(&elf, header, sizeof(elf));
	if (!foreign || elf.e_machine != OUR_OLDER_MACHINE)
		return foreign;
	if (!profile->program.len)
		return NULL;
	action = program_run(&profile->program, &call).action & SECCOMP_RET_ACTION_FULL;
	if (action != SECCOMP_RET_KILL_PROCESS && action != SECCOMP_RET_KILL_THREAD &&
	    action != SECCOMP_RET_TRAP)
		return NULL;
	return text_format("%s, which the seccomp profile '%s' kills", foreign, profile->name);
}

/* An interpreter that is not there; NULL: it is, or there is none. */
static const char *interpreter_explain(int fd, const char header[HEADER_SIZE])
{
	const bool script = !strncmp(header, "#!", 2);
	char path[HEADER_SIZE];
	size_t length;

	interpreter_read(fd, header, path);
	if (!*path || !access(path, F_OK) || errno != ENOENT)
		return NULL;
	length = strlen(path);
	if (script && path[length - 1] == '\r')
		return text_format("its first line ends in \\r, so its interpreter would be '%s': "
				   "save it with Unix line ends (sed -i 's/\\r$//')",
				   path);
	if (script)
		return text_format("its interpreter '%s' is missing in this image", path);
	return text_format(
		"its loader '%s' is missing in this image: it was linked for another libc", path);
}

/* Capabilities that the file is to give, and that cannot all be had: then execve(2) fails. */
static const char *file_capabilities_explain(const char *path, uint64_t bounding)
{
	struct vfs_ns_cap_data data = { 0 };
	const ssize_t size = getxattr(path, "security.capability", &data, sizeof(data));
	uint64_t permitted;

	if (size < (ssize_t)XATTR_CAPS_SZ_1)
		return NULL;
	permitted = data.data[0].permitted | (uint64_t)data.data[1].permitted << 32;
	if (!(data.magic_etc & VFS_CAP_FLAGS_EFFECTIVE) || !(permitted & ~bounding))
		return NULL;
	return text_format("it has file capabilities that cannot be had here (setcap -r %s, or "
			   "--port-method capability where they are for a low port)",
			   path);
}

/* --- what is in the way --------------------------------------------------------------------- */

/* The first folder on the way that we may not search; NULL: none. */
static const char *folder_in_the_way(const char *path)
{
	for (const char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		const char *folder = text_format("%.*s", (int)(at - path), path);
		struct stat status = { 0 };

		if (access(folder, X_OK) && errno == EACCES && !stat(folder, &status))
			return text_format(
				"the folder '%s' belongs to %u:%u with mode %04o, so user "
				"%u may not pass through it: chmod o+x %s",
				folder, status.st_uid, status.st_gid, status.st_mode & 07777,
				geteuid(), folder);
	}
	return NULL;
}

static const char *denied_explain(const char *path)
{
	const char *folder = folder_in_the_way(path);
	struct statvfs filesystem;
	struct stat status = { 0 };

	if (folder)
		return folder;
	if (stat(path, &status))
		return "it and its folders must be open to the user";
	if (S_ISDIR(status.st_mode))
		return "it is a directory: name the program in it";
	if (!statvfs(path, &filesystem) && filesystem.f_flag & ST_NOEXEC)
		return "its file system is mounted noexec";
	if (!(status.st_mode & 0111))
		return text_format("it is not executable: chmod +x %s", path);
	return text_format(
		"it belongs to %u:%u with mode %04o, so user %u may not execute it: chmod "
		"o+rx %s",
		status.st_uid, status.st_gid, status.st_mode & 07777, geteuid(), path);
}

static const char *advice_find(const char *path, int error)
{
	char header[HEADER_SIZE];
	const char *advice = NULL;
	int fd;

	if (error == EACCES || error == EISDIR)
		return denied_explain(path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (header_read(fd, header)) {
		advice = machine_explain(header);
		if (!advice)
			advice = interpreter_explain(fd, header);
	}
	if (fd >= 0)
		(void)close(fd); /* it was only read */
	if (advice)
		return advice;
	if (error == ENOEXEC)
		return "a script needs a first line with #!";
	if (error == EPERM)
		return file_capabilities_explain(path, 0);
	return NULL;
}

/* --- what others ask ------------------------------------------------------------------------ */

int executable_try(const char *path)
{
	struct stat status = { 0 };

	/* A folder on the way that we may not search may still be open to the user, so EACCES is
	 * not the last word. */
	if (access(path, X_OK) || stat(path, &status))
		return errno;
	return S_ISDIR(status.st_mode) ? EISDIR : 0;
}

static int status_of(int error)
{
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

const struct failure *executable_refuse(const char *name, const char *path, int error)
{
	const char *advice = advice_find(path, error);

	if (strcmp(name, path) != 0)
		return failure_with_status(status_of(error), name, error, advice, "cannot run %s",
					   path);
	return failure_with_status(status_of(error), name, error, advice, "cannot run it");
}

const struct failure *executable_not_found(const char *name)
{
	const char *advice = "install it in the image, or give its path";

	if (*name == '-')
		advice = "an operand that begins with '-' is taken for the command: add "
			 "--default-command for those";
	else if (strchr(name, ' '))
		advice = "there is a blank in it: give each word by itself, as in [\"drop-init\", "
			 "\"--\", \"sleep\", \"60\"]";
	return failure_with_status(EXIT_NOT_FOUND, name, 0, advice, "command not found");
}

const char *executable_obstacle(const char *path, uint64_t bounding, const struct filter *profile)
{
	char header[HEADER_SIZE];
	const char *obstacle = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (header_read(fd, header)) {
		obstacle = machine_obstacle(header, profile);
		if (!obstacle)
			obstacle = interpreter_explain(fd, header);
	}
	if (fd >= 0)
		(void)close(fd); /* it was only read */
	return obstacle ? obstacle : file_capabilities_explain(path, bounding);
}

const char *executable_foreign(const char *path)
{
	char header[HEADER_SIZE];
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *foreign = header_read(fd, header) ? machine_explain(header) : NULL;

	if (fd >= 0)
		(void)close(fd); /* it was only read */
	return foreign;
}
