/* root.h: PATH itself, the root of a walk: opening it, making it, and what it must not be. */
#ifndef CHOWN_ROOT_H
#define CHOWN_ROOT_H

#include "init/chown/snapshot.h"

/* Where part of PATH is missing. */
enum root_missing {
	ROOT_REQUIRED, /* -ENOENT */
	ROOT_CREATED,  /* it is made, as root's and 0755, the last one less the umask */
	ROOT_TRIED,    /* -ENOENT if it could be made, else why not */
};

/* Open PATH with O_PATH, by its components. No symbolic link is followed: -ELOOP, with *ret_link.
 * Returns a descriptor or -errno. */
int root_open(const char *path, enum root_missing missing, struct ownership_link *ret_link);

/* Why it must not be given away, whoever asks: a phrase; NULL: it may be. */
const char *root_objection(const struct kernel_features *features, const struct snapshot *root,
			   long filesystem);

/* Where its mode is MODE and the file is open with O_PATH as fd: chmod(2). Returns 0 or -errno. */
int root_set_mode(const struct kernel_features *features, int fd, const struct snapshot *root,
		  mode_t mode);

/* Would that fail, as far as can be known? Returns 0 or -errno. */
int root_try_mode(const struct snapshot *root, mode_t mode);

#endif
