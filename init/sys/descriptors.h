/* descriptors.h: which descriptors there are at the start, and which an execve(2) hands on.
 *
 * Everything above 2 is close-on-exec but for the sockets of LISTEN_FDS, so that nothing of whoever
 * started us leaks to the command (CVE-2024-21626, CVE-2016-9962 are of this class). Each function
 * returns 0 or -errno. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stddef.h>

#define LISTEN_FDS_START 3 /* sd_listen_fds(3) */

/* Open /dev/null for each of the descriptors 0 to 2 that is closed. *ret_fd is the one that could
 * not be filled. */
int descriptors_fill(int *ret_fd);

/* Mark everything behind the first sockets from LISTEN_FDS_START on as close-on-exec, as the last
 * step before an execve(2), so that what a library left open is among it; it took where 0 is
 * returned. close_range(2) */
int descriptors_seal(int sockets);

/* The same as fd, which is closed, out of the way of the first sockets from LISTEN_FDS_START on,
 * and close-on-exec. Its number; -EMFILE where the limit of open files is in the way. */
int descriptor_move(int fd, int sockets);

/* Close all but the standard streams and our own (of which -1 is none). */
int descriptors_close_others(const int *own, size_t count);

#endif
