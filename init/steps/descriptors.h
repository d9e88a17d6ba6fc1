/* descriptors.h: which descriptors there are at the start, and which the command gets.
 *
 * Everything above 2 is close-on-exec but for the sockets of LISTEN_FDS, so that nothing of whoever
 * started us leaks to the command (CVE-2024-21626, CVE-2016-9962 are of this class).
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <sys/types.h>

#define LISTEN_FDS_START 3 /* sd_listen_fds(3) */

/* Open /dev/null for each of the descriptors 0 to 2 that is closed. Dies where it cannot. */
void descriptors_fill(void);

/* How many descriptors from LISTEN_FDS_START on were passed to us by LISTEN_FDS and LISTEN_PID.
 * Dies where they name us and are nonsense. */
int descriptors_inherited(void);

/* Before stepping down: die where the working folder, a standard stream or one of the sockets is a
 * way out of the root (CVE-2024-21626): a folder that is not below it, or any folder at all where
 * there should be a stream or a socket. */
void descriptors_require(int sockets);

/* Before stepping down to uid: give uid the pipes, terminals and written files that are its
 * standard streams, for without it opening /dev/stdout again is refused (moby#31243). That needs
 * CAP_CHOWN; a stream that cannot be given is said on -v and left as it is. */
void descriptors_give_streams(uid_t uid);

/* Mark everything behind the first sockets from LISTEN_FDS_START on as close-on-exec, as the last
 * step before an execve(2), so that what a library left open is among it. close_range(2). Dies
 * where it cannot, or where it did not take. */
void descriptors_seal(int sockets);

#endif
