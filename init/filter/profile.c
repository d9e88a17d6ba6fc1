#include "init/filter/profile.h"

#include "init/privileges/capabilities.h"
#include "init/sys/descriptors.h"
#include "init/sys/effect.h"
#include "init/sys/file.h"
#include "init/sys/path.h"
#include "init/sys/signals.h"
#include "init/sys/text.h"
#include "seccomp/names/capability_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPILER "drop-seccomp"

/* init/filter/builtin.S */
extern const unsigned char builtin_default[], builtin_default_end[];
extern const unsigned char builtin_strict[], builtin_strict_end[];

static const struct builtin {
	const char *name;
	const unsigned char *bytes, *end;
} builtins[] = {
	{ "default", builtin_default, builtin_default_end },
	{ "strict", builtin_strict, builtin_strict_end },
};

/* NULL, or what is wrong with these bytes as a compiled filter. */
static const char *filter_parse(const unsigned char *bytes, size_t size, struct filter *ret)
{
	const char *wrong = filter_decode(bytes, size, ret);

	if (!wrong && ret->arch != FILTER_ARCH)
		wrong = "compiled for another architecture (compile it again with --arch)";
	return wrong;
}

static const struct failure *refuse(const struct plan *plan, int error, const char *advice,
				    const char *what)
{
	return failure_new(text_format("--seccomp %s", plan->seccomp), error, advice, "%s", what);
}

/* --- a JSON profile ------------------------------------------------------------------------- */

/* The capabilities that the command will have, as drop-seccomp takes them. */
static char *capability_list(const struct plan *plan, enum bind_capability keep)
{
	const char *list = keep == BIND_COMMAND ? "NET_BIND_SERVICE" : "";

	for (unsigned n = 0; !plan->drops && capability_name(n); n++) {
		if (capabilities_have(n))
			list = text_format("%s%s%s", list, *list ? "," : "", capability_name(n));
	}
	return (char *)list;
}

/* Is this file or folder nobody's to write but root's (where we are not root, or ours)? */
static bool is_trusted(int fd, mode_t kind)
{
	struct stat status = { .st_uid = (uid_t)-1 };

	return !fstat(fd, &status) && (status.st_mode & S_IFMT) == kind &&
	       (status.st_uid == 0 || status.st_uid == geteuid()) &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/* Is this a compiler that nobody else can put another one in the place of? */
static bool compiler_is_trusted(const char *path)
{
	struct path_place place;
	bool trusted;
	int fd;

	if (path_open_folder(NULL, path, &place))
		return false;
	trusted = place.anchored && is_trusted(place.folder, S_IFDIR);
	fd = openat(place.folder, place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	trusted = trusted && fd >= 0 && is_trusted(fd, S_IFREG);
	if (fd >= 0)
		(void)close(fd); /* O_PATH: nothing to lose */
	path_close(&place);
	return trusted;
}

/* Beside this binary, else where programs are installed: PATH is anybody's to set. NULL: nowhere.
 */
static const char *compiler_find(void)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/local/sbin",
					       "/usr/bin",	 "/usr/sbin",
					       "/bin",		 "/sbin" };
	char self[4096];
	const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *path;
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		*slash = '\0';
		path = text_format("%s/" COMPILER, self);
		if (compiler_is_trusted(path))
			return path;
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		path = text_format("%s/" COMPILER, folders[i]);
		if (compiler_is_trusted(path))
			return path;
	}
	return NULL;
}

/* The compiler reads a file that somebody wrote, so it runs as the user who will run under it, and
 * with nothing of our environment. What it cannot read it says itself. A file has a slash, so that
 * it is no profile's name and no option. */
static _Noreturn void compiler_run(const struct plan *plan, const char *compiler, int output,
				   char *capabilities)
{
	const char *slash = strchr(plan->seccomp, '/') ? "" : "./";
	char *file = (char *)text_format("%s%s", slash, plan->seccomp);
	char *arguments[] = {
		(char[]){ COMPILER }, (char[]){ "compile" }, file,	   (char[]){ "-o" },
		(char[]){ "-" },      (char[]){ "--caps" },  capabilities, NULL
	};
	char *environment[] = { NULL };
	const struct failure *failure = privileges_drop(plan, BIND_NOBODY, true);
	char text[512];

	if (!failure && !descriptors_seal(0) && /* what came with us is not for it either */
	    dup2(output, STDOUT_FILENO) == STDOUT_FILENO && !signals_set_mask(0, NULL))
		(void)execve(compiler, arguments, environment);
	if (!failure)
		failure = failure_new(NULL, errno, NULL, "cannot run it");
	failure_format(failure, text, sizeof(text));
	_exit(dprintf(STDERR_FILENO, COMPILER ": %s\n", text) < 0 ? EXIT_OWN_FAILURE : 1);
}

/* What the compiler has written; -errno. */
static ssize_t output_read(const struct plan *plan, const char *compiler, char *capabilities,
			   unsigned char *buffer, int *ret_status)
{
	int ends[2] = { -1, -1 };
	ssize_t size;
	pid_t pid;

	errno = ENOEFFECT;
	if (pipe2(ends, O_CLOEXEC) || ends[1] < 0)
		return -errno;
	pid = effect_fork(0);
	if (!pid)
		compiler_run(plan, compiler, ends[1], capabilities);
	size = effect_close(ends[1]); /* the child's: the text ends when nobody has that end */
	if (pid < 0)
		size = pid;
	else if (!size)
		size = file_read_up_to(ends[0], buffer, FILTER_FILE_MAXIMUM + 1);
	(void)close(ends[0]); /* it was only read */
	if (pid > 0 && waitpid(pid, ret_status, 0) != pid)
		return -ECHILD;
	return size;
}

static const struct failure *compile(const struct plan *plan, enum bind_capability keep,
				     unsigned char *buffer, ssize_t *ret_size)
{
	const char *compiler = compiler_find();
	int status = 0;

	if (!compiler)
		return refuse(
			plan, 0, "install it there, or give a compiled filter",
			"a JSON profile needs " COMPILER
			", which is neither beside drop-init nor in /usr/local/bin or /usr/bin, "
			"in a folder and a file that only root can write to");
	*ret_size = output_read(plan, compiler, capability_list(plan, keep), buffer, &status);
	if (*ret_size < 0)
		return refuse(plan, (int)-*ret_size, NULL, "cannot run " COMPILER);
	if (WIFSIGNALED(status))
		return refuse(
			plan, 0, NULL,
			text_format(COMPILER " was killed by %s", signal_name(WTERMSIG(status))));
	if (WEXITSTATUS(status))
		return refuse(plan, 0, NULL, COMPILER " could not compile it (it says why above)");
	return NULL;
}

/* --- where it comes from -------------------------------------------------------------------- */

static bool looks_compiled(const unsigned char *bytes, ssize_t size)
{
	return size > 0 && filter_recognize(bytes, (size_t)size);
}

static bool looks_like_json(const unsigned char *bytes, ssize_t size)
{
	ssize_t i = 0;

	while (i < size && bytes[i] && strchr(" \t\r\n", bytes[i]))
		i++;
	return i < size && bytes[i] == '{';
}

static const struct failure *file_read(const struct plan *plan, unsigned char *buffer,
				       ssize_t *ret_size)
{
	const struct failure *failure;
	struct stat status = { 0 };
	int fd;

	/* Without waiting: it may be a FIFO. */
	failure = path_open_file(text_format("--seccomp %s", plan->seccomp), plan->seccomp,
				 O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &fd);
	if (failure && failure->error == ENOENT && !strchr(plan->seccomp, '/'))
		return refuse(plan, 0, NULL,
			      "neither default, strict nor none, and no file of this name");
	if (failure)
		return failure;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		failure = refuse(plan, 0, NULL, "neither a compiled filter nor a JSON profile");
	else
		*ret_size = file_read_up_to(fd, buffer, FILTER_FILE_MAXIMUM + 1);
	(void)close(fd); /* it was only read */
	return failure;
}

static const struct failure *file_load(const struct plan *plan, enum bind_capability keep,
				       struct filter *ret)
{
	unsigned char *buffer = malloc(FILTER_FILE_MAXIMUM + 1);
	const struct failure *failure;
	const char *wrong;
	ssize_t size = 0;

	if (!buffer)
		return failure_of_memory();
	failure = file_read(plan, buffer, &size);
	if (!failure && size >= 0 && !looks_compiled(buffer, size) && looks_like_json(buffer, size))
		failure = compile(plan, keep, buffer, &size);
	if (!failure && size < 0)
		failure = refuse(plan, (int)-size, NULL, "cannot read it");
	if (!failure && (size_t)size > FILTER_FILE_MAXIMUM)
		failure = refuse(plan, 0, NULL, "it is larger than any filter is");
	wrong = failure ? NULL : filter_parse(buffer, (size_t)size, ret);
	if (wrong)
		failure = refuse(plan, 0, NULL, wrong);
	if (failure)
		free(buffer);
	return failure; /* NOLINT(clang-analyzer-unix.Malloc): the filter refers to it */
}

const struct failure *profile_load(const struct plan *plan, enum bind_capability keep,
				   struct filter *ret_profile)
{
	const char *asked = plan->seccomp ? plan->seccomp : plan->drops ? "default" : "none";

	*ret_profile = (struct filter){ .name = "none" };
	if (!strcmp(asked, "none"))
		return NULL;
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		const struct builtin *builtin = &builtins[i];

		if (strcmp(asked, builtin->name) != 0)
			continue;
		if (filter_parse(builtin->bytes, (size_t)(builtin->end - builtin->bytes),
				 ret_profile))
			return failure_new(NULL, 0, NULL,
					   "the built-in seccomp profile is damaged");
		return NULL;
	}
	/* what nobody asked for is built in */
	return plan->seccomp ? file_load(plan, keep, ret_profile) : NULL;
}
