/* ownership_folder.h: opening PATH and the folders below it so that no link leads out of the tree.
 */
#ifndef OWNERSHIP_FOLDER_H
#define OWNERSHIP_FOLDER_H

#include "init/chown/snapshot.h"

struct folder {
	int fd; /* O_RDONLY | O_DIRECTORY; -1 when closed */
	struct look look;
	bool borrowed; /* only its owner may look inside: see folder_borrow() */
	bool sealed;   /* only root can put, rename or remove entries */
	bool taken;    /* by folder_seal(), from look.uid */
};

/* Open PATH itself with O_PATH; no component may be a symbolic link (-ELOOP). Returns a descriptor.
 */
int path_open(const struct look_means *means, const char *path);

/* Create what is missing of PATH, as root's and 0755 less the umask. Returns as path_open(). */
int path_create(const char *path);

/* Open the folder that the O_PATH descriptor stands for. Returns 0 or -errno. */
int folder_open_root(const struct look_means *means, int path_fd, struct folder *ret_folder);

/* Open the folder name in parent, on the same mount. Returns 0, or -errno: -EXDEV for a mount,
 * -ENOTDIR or -ELOOP when it is no folder.
 */
int folder_open(const struct look_means *means, const struct folder *parent, const char *name,
		struct folder *ret_folder);

/* Open the folder that child is in now. It may have been moved: the caller compares. */
int folder_open_above(const struct look_means *means, const struct folder *child,
		      struct folder *ret_folder);

void folder_close(struct folder *folder);

/* Look at an entry. Returns 0 or -errno. */
int folder_look(const struct look_means *means, const struct folder *folder, const char *name,
		struct look *ret_look);

/* Open an entry with O_PATH, on the same mount, without following it. */
int folder_pin(const struct look_means *means, const struct folder *folder, const char *name);

/* Root without DAC_OVERRIDE is a stranger in a folder of mode 0700. With CAP_SETUID this thread can
 * be the folder's owner for the time of a look; it loses CAP_CHOWN meanwhile (capabilities(7),
 * "Effect of user ID changes"), so every borrowing ends before a change.
 */
void folder_borrow(const struct look *look);
void folder_return(void);

#endif
