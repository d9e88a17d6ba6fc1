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

#include <stdbool.h>
#include <sys/types.h>

/* The file itself, by these flags of open(2); close-on-exec. */
const struct failure *path_open_file(const char *typed, const char *path, int flags, mode_t mode,
				     int *ret_fd);

/* Where a file is, or will be. */
struct path_place {
	int folder;    /* O_PATH */
	char *name;    /* in it; may not be there yet. Allocated */
	bool anchored; /* nobody but root can put another folder in this one's place: so the path as
			  it was typed leads here, whenever it is looked up */
};

/* The place of the file. A link at the end is followed as everywhere; what it leads to need not be
 * there. EISDIR for a path without a last component, as "/" or ".."; EISDIR, ENOTDIR or
 * ENOENT for one with a slash at its end, which is a folder's. */
const struct failure *path_open_folder(const char *typed, const char *path,
				       struct path_place *ret_place);
void path_close(struct path_place *place);

#endif
