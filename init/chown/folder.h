/* folder.h: the folders of a walk, opened so that no link leads out of the tree. */
#ifndef CHOWN_FOLDER_H
#define CHOWN_FOLDER_H

#include "init/chown/snapshot.h"

struct folder {
	int fd; /* O_RDONLY | O_DIRECTORY; -1 when closed */
	struct snapshot snapshot;
	bool as_owner;	 /* only its owner may look inside: see fsuid_become() */
	bool roots_only; /* nobody but root can put, rename or remove entries */
	bool taken;	 /* made root's for that, from snapshot.uid */
};

/* Open the folder that the O_PATH descriptor stands for. Returns 0 or -errno. */
int folder_open_root(const struct kernel_features *features, int path_fd,
		     struct folder *ret_folder);

/* Open the folder name in parent, on the same mount. Returns 0, or -errno: -EXDEV for a mount,
 * -ENOTDIR or -ELOOP when it is no folder. */
int folder_open(const struct kernel_features *features, const struct folder *parent,
		const char *name, struct folder *ret_folder);

/* Open the folder that child is in now. It may have been moved: the caller compares. */
int folder_open_above(const struct kernel_features *features, const struct folder *child,
		      struct folder *ret_folder);

void folder_close(struct folder *folder);

/* Look at an entry. Returns 0 or -errno. */
int folder_look(const struct kernel_features *features, const struct folder *folder,
		const char *name, struct snapshot *ret_snapshot);

/* file_has_capability() of an entry. */
bool folder_has_capability(const struct folder *folder, const char *name,
			   const struct snapshot *snapshot);

/* Open an entry with O_PATH, on the same mount, without following it. */
int folder_pin(const struct kernel_features *features, const struct folder *folder,
	       const char *name);

/* Root without DAC_OVERRIDE is a stranger in a folder of mode 0700. With CAP_SETUID this thread can
 * be the folder's owner for the time of a look; it loses CAP_CHOWN meanwhile (capabilities(7),
 * "Effect of user ID changes"), so every look as the owner ends before a change. */
void fsuid_become(const struct snapshot *owned);
void fsuid_return(void);

#endif
