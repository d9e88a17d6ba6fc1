/* file.h: reading what is small, and giving away what is open. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Read until the end, or until size bytes are there; EINTR is no end. Returns how many there were,
 * or -errno. */
ssize_t file_read_up_to(int fd, void *buffer, size_t size);

/* Read the beginning of a file as text: NUL-terminated, without the last newline. False
 * where it cannot be read or is empty. */
bool file_read_text(const char *path, char *text, size_t size);

/* Give what a descriptor stands for to this user and group, -1 leaves one as it is: by O_PATH too,
 * and be it a symbolic link. Returns 0 or -errno. fchownat(2) AT_EMPTY_PATH */
int file_give(int fd, uid_t uid, gid_t gid);

#endif
