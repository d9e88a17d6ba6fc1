/* listing.h: what a folder holds, read piece by piece. */
#ifndef CHOWN_LISTING_H
#define CHOWN_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LISTING_SIZE  1048576 /* bytes of a folder that are read at a time */
#define LISTING_SMALL 2048    /* where memory is to stay small */

struct listed {
	uint64_t ino;
	const char *name;
};

struct listing {
	bool more; /* this is not all */
	size_t folder_count, entry_count;
	struct listed *folders; /* at the end of listed, the last one first */
	struct listed *entries; /* no folders, or not known to be any; by inode number, which is how
				   file systems lay inodes out: names come in the order of a hash */
	struct listed listed[LISTING_SIZE / 24];
	char chunk[LISTING_SIZE] __attribute__((aligned(8)));
};

/* Read what comes next in the folder, up to size bytes. Returns 0 or -errno. */
int listing_read(struct listing *listing, int folder, size_t size);

#endif
