/* What the dynamic loader does before any program of its own begins. */
#include "init/unotify/record.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SCRIPT_DEPTH 5 /* execve(2): more interpreters of interpreters fail */
#define HEADER_SIZE  256
#define SEGMENTS     32

/* The path that a script's first line names. */
static bool script_read(const char header[HEADER_SIZE], char ret_path[HEADER_SIZE])
{
	const char *at = header + 2;
	size_t length;

	if (strncmp(header, "#!", 2) != 0)
		return false;
	at += strspn(at, " \t");
	length = strcspn(at, " \t\n");
	memcpy(ret_path, at, length);
	ret_path[length] = '\0';
	return true;
}

/* The path of the loader that a program asks for. */
static bool loader_read(int fd, const char header[HEADER_SIZE], char ret_path[HEADER_SIZE])
{
	Elf64_Ehdr elf;
	Elf64_Phdr segments[SEGMENTS];
	ssize_t n;

	memcpy(&elf, header, sizeof(elf));
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64)
		return false;
	n = pread(fd, segments, sizeof(segments), (off_t)elf.e_phoff);
	for (size_t i = 0; i < elf.e_phnum && n >= (ssize_t)((i + 1) * sizeof(*segments)); i++) {
		if (segments[i].p_type != PT_INTERP)
			continue;
		n = pread(fd, ret_path, HEADER_SIZE - 1, (off_t)segments[i].p_offset);
		ret_path[n > 0 ? n : 0] = '\0';
		return true;
	}
	return false;
}

static bool interpreter_find(char path[HEADER_SIZE], bool *ret_script)
{
	char header[HEADER_SIZE] = "";
	struct stat status = { 0 };
	bool found;
	int fd;

	/* A script may name a device: execve(2) opens none either. */
	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	found = pread(fd, header, HEADER_SIZE - 1, 0) > 0;
	*ret_script = found && script_read(header, path);
	found = found && (*ret_script || loader_read(fd, header, path));
	(void)close(fd); /* only read from */
	return found;
}

/* Of a program that glibc's loader starts: it finds, reads and maps libc, and protects what it has
 * relocated. They are a third of the calls of such a program, and the same answer each time. */
void record_expect_loader(struct record *record, const char *command)
{
	static const int certain[] = { SYS_openat, SYS_read, SYS_close, SYS_mmap, SYS_mprotect };
	char path[HEADER_SIZE];
	const char *slash;
	bool script = true;

	if (strlen(command) >= sizeof(path))
		return;
	memcpy(path, command, strlen(command) + 1);
	for (int depth = 0; script; depth++)
		if (depth > SCRIPT_DEPTH || !interpreter_find(path, &script))
			return;
	slash = strrchr(path, '/');
	if (!slash || strncmp(slash, "/ld-linux", 9) != 0)
		return;
	for (size_t i = 0; i < sizeof(certain) / sizeof(certain[0]); i++)
		syscall_set_add(&record->calls, certain[i]);
}
