#include "init/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

ssize_t file_read_up_to(int fd, void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t length = read(fd, (char *)buffer + done, size - done);

		if (length < 0 && errno != EINTR)
			return -errno;
		if (length == 0)
			break;
		if (length > 0)
			done += (size_t)length;
	}
	return (ssize_t)done;
}

bool file_read_text(const char *path, char *text, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return false;
	length = file_read_up_to(fd, text, size - 1);
	(void)close(fd); /* it was only read */
	if (length <= 0)
		return false;
	if (text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return true;
}

int file_give(int fd, uid_t uid, gid_t gid)
{
	char link[sizeof("/proc/self/fd/") + 11];

	if (!fchownat(fd, "", uid, gid, AT_EMPTY_PATH))
		return 0;
	if (errno != EBADF)
		return -errno;
	/* gVisor of 2022 takes no O_PATH descriptor here. This link leads to what is open and
	 * nowhere further, even where that is a link itself. proc_pid_fd(5) */
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return chown(link, uid, gid) ? -errno : 0;
}
