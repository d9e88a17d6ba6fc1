/* file.h: reading what is small. */
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

#endif
