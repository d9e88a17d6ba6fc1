/* path.h: the one way in which a path is opened while we are root: nothing that another user can
 * have put there is followed.
 *
 * The path is walked component by component. A symbolic link is followed where it and the folder
 * that it is in are root's, and nobody else's to write; where we are not root any link is, since
 * what it leads to is ours to do, too. What is done with the path afterwards is relative to the
 * descriptor. symlink(7), path_resolution(7)
 *
 * TYPED is what the user typed ("--listen unix:/run/s"), for the failure; failure->error is the
 * errno, 0 where a link was refused. */
#ifndef PATH_H
#define PATH_H

#include "init/sys/failure.h"

#include <sys/types.h>

/* The file itself, by these flags of open(2); close-on-exec. */
const struct failure *path_open_file(const char *typed, const char *path, int flags, mode_t mode,
				     int *ret_fd);

/* The folder that the file is in, as O_PATH, and the file's name in it, allocated. A link that is
 * there is followed as everywhere; what it leads to need not be there. EISDIR for a path without a
 * last component, as "/" or "..". */
const struct failure *path_open_folder(const char *typed, const char *path, int *ret_folder,
				       char **ret_name);

#endif
