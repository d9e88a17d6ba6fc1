#include "init/filter/profile.h"

#include "init/privileges/capabilities.h"
#include "init/steps/command.h"
#include "init/steps/descriptors.h"
#include "init/sys/effect.h"
#include "init/sys/file.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"
#include "seccomp/filter_file.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGEST_FILE (sizeof(struct filter_file_header) + BPF_MAXINSNS * sizeof(struct sock_filter))
#define COMPILER     "drop-seccomp"

extern const unsigned char builtin_filter[], builtin_filter_end[];

static uint32_t checksum(const unsigned char *bytes, size_t size)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	return hash;
}

/* NULL, or what is wrong with these bytes as a compiled filter. */
static const char *filter_parse(const unsigned char *bytes, size_t size, struct filter *ret)
{
	const struct filter_file_header *header = (const void *)bytes;
	size_t expected;

	if (size < sizeof(*header) || memcmp(header->magic, FILTER_FILE_MAGIC, 8) != 0)
		return "neither a compiled filter nor a JSON profile";
	if (header->version != FILTER_FILE_VERSION)
		return "made by another version of drop-seccomp (compile it again)";
	if (header->audit_arch != FILTER_ARCH)
		return "compiled for another architecture (compile it again with --arch)";
	expected = sizeof(*header) + header->count * sizeof(struct sock_filter);
	if (!header->count || header->count > BPF_MAXINSNS || size != expected)
		return "cut short, or longer than it says (compile it again)";
	if (!memchr(header->name, '\0', sizeof(header->name)) ||
	    (bytes != builtin_filter && /* it is a part of this program */
	     checksum(bytes + sizeof(*header), size - sizeof(*header)) != header->checksum))
		return "damaged: the checksum does not match (compile it again)";
	ret->program.len = (unsigned short)header->count;
	ret->program.filter = (struct sock_filter *)(bytes + sizeof(*header));
	ret->flags = header->flags;
	ret->name = header->name;
	return NULL;
}

/* --- a JSON profile -------------------------------------------------------------------------- */

/* The capabilities that the command will have, as drop-seccomp takes them. */
static char *capability_list(const struct plan *plan, enum bind_capability keep)
{
	static char list[2048];
	char *end = list;

	if (keep == BIND_COMMAND)
		end = stpcpy(end, "NET_BIND_SERVICE,");
	for (unsigned n = 0; !plan->drops && n <= (unsigned)CAP_LAST_CAP; n++) {
		const char *name = capabilities_have(n) ? capng_capability_to_name(n) : NULL;

		if (name) {
			end = stpcpy(stpcpy(end, name), ",");
		}
	}
	if (end > list)
		end[-1] = '\0';
	return list;
}

/* drop-seccomp beside this binary, else along PATH. */
static bool compiler_find(const char **ret_path)
{
	static char beside[PATH_MAX + sizeof(COMPILER)];
	char self[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		(void)snprintf(beside, sizeof(beside), "%.*s" COMPILER, (int)(slash + 1 - self),
			       self);
		*ret_path = beside;
		if (!access(beside, X_OK))
			return true;
	}
	return !command_find(COMPILER, ret_path) && !access(*ret_path, X_OK);
}

/* The compiler reads a file that somebody wrote, so it runs as the user who will run under it. */
static _Noreturn void compiler_run(const struct plan *plan, const char *path, int output,
				   char *capabilities)
{
	char *arguments[] = { (char[]){ COMPILER },  (char[]){ "compile" },
			      (char *)plan->seccomp, (char[]){ "-o" },
			      (char[]){ "-" },	     (char[]){ "--caps" },
			      capabilities,	     NULL };

	privileges_drop(plan, BIND_NOBODY, true);
	descriptors_seal(0); /* what came with us is not for it either */
	if (dup2(output, STDOUT_FILENO) != STDOUT_FILENO || signals_set_mask(0, NULL))
		die("cannot run %s: %s", path, strerror(errno));
	execv(path, arguments);
	die("cannot run %s: %s", path, strerror(errno));
}

static ssize_t compile(const struct plan *plan, enum bind_capability keep, unsigned char *buffer)
{
	const char *path;
	char *capabilities = capability_list(plan, keep);
	int ends[2] = { -1, -1 }, status, result;
	ssize_t size;
	pid_t pid;

	if (!compiler_find(&path))
		die("--seccomp %s: a JSON profile needs " COMPILER
		    ", which is neither beside drop-init nor on PATH (install it, or give a compiled "
		    "filter)",
		    plan->seccomp);
	errno = ENOEFFECT;
	if (pipe2(ends, O_CLOEXEC) || ends[1] < 0)
		die("--seccomp %s: cannot make a pipe: %s", plan->seccomp, strerror(errno));
	pid = effect_fork(0);
	if (pid < 0)
		die("--seccomp %s: cannot create a process: %s", plan->seccomp, strerror(-pid));
	if (!pid)
		compiler_run(plan, path, ends[1], capabilities);
	result = effect_close(ends[1]); /* the child's: the text ends when nobody has that end */
	if (result)
		die("--seccomp %s: cannot listen to " COMPILER ": %s", plan->seccomp,
		    strerror(-result));
	size = file_read_up_to(ends[0], buffer, LARGEST_FILE + 1);
	(void)close(ends[0]); /* it was only read */
	if (waitpid(pid, &status, 0) != pid)
		die("--seccomp %s: cannot wait for " COMPILER, plan->seccomp);
	if (size < 0)
		return size;
	if (WIFSIGNALED(status))
		die("--seccomp %s: " COMPILER " was killed by %s", plan->seccomp,
		    signal_name(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		die("--seccomp %s: " COMPILER " could not compile it (it says why above)",
		    plan->seccomp);
	return size;
}

/* --- the step -------------------------------------------------------------------------------- */

static bool looks_compiled(const unsigned char *bytes, ssize_t size)
{
	return size >= 8 && !memcmp(bytes, FILTER_FILE_MAGIC, 8);
}

static bool looks_like_json(const unsigned char *bytes, ssize_t size)
{
	ssize_t i = 0;

	while (i < size && bytes[i] && strchr(" \t\r\n", bytes[i]))
		i++;
	return i < size && bytes[i] == '{';
}

static void load_file(const struct plan *plan, enum bind_capability keep, struct filter *ret)
{
	unsigned char *buffer = malloc(LARGEST_FILE + 1);
	int fd = open(plan->seccomp, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* it may be a FIFO */
	const char *wrong;
	ssize_t size;

	if (fd < 0 || !buffer || fcntl(fd, F_SETFL, 0))
		die("--seccomp %s: cannot read it: %s", plan->seccomp, strerror(errno));
	size = file_read_up_to(fd, buffer, LARGEST_FILE + 1);
	(void)close(fd); /* it was only read */
	if (size >= 0 && !looks_compiled(buffer, size) && looks_like_json(buffer, size))
		size = compile(plan, keep, buffer);
	if (size < 0)
		die("--seccomp %s: cannot read it: %s", plan->seccomp, strerror((int)-size));
	if ((size_t)size > LARGEST_FILE)
		die("--seccomp %s: it is larger than any filter is", plan->seccomp);
	wrong = filter_parse(buffer, (size_t)size, ret);
	if (wrong)
		die("--seccomp %s: %s", plan->seccomp, wrong);
}

void profile_load(const struct plan *plan, enum bind_capability keep, struct filter *ret_profile)
{
	const char *asked = plan->seccomp ? plan->seccomp : plan->drops ? "default" : "none";

	*ret_profile = (struct filter){ .name = "none" };
	if (!strcmp(asked, "none"))
		return;
	if (strcmp(asked, "default") != 0) {
		load_file(plan, keep, ret_profile);
		return;
	}
	/* cppcheck-suppress comparePointers ; init/filter/builtin.S has both in one object */
	if (filter_parse(builtin_filter, (size_t)(builtin_filter_end - builtin_filter),
			 ret_profile))
		die("the built-in seccomp profile is damaged");
}
