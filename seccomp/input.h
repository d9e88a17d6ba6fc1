/* input.h: a profile or a filter as it comes from the command line: a file, whichever of the two.
 */
#ifndef INPUT_H
#define INPUT_H

#include "seccomp/compile.h"
#include "seccomp/filter_store.h"

/* A whole file, or a sentence about why it cannot be had. */
struct input {
	char *bytes; /* owned */
	size_t length;
	char wrong[128]; /* "" when it was read */
};

/* Read a file of at most PROFILE_SIZE_MAX bytes. The caller frees the result. */
struct input input_read(const char *path);

void input_free(struct input *input);

/* What a path's filter is called: its last part without ".json". */
void filter_name(const char *path, char ret_name[FILTER_NAME_SIZE]);

/* Either a filter, or a profile and the filter that it compiles to. */
struct loaded {
	struct filter filter;
	bool is_profile;
	struct compiled compiled; /* if it is a profile; its program has moved to filter */
};

/* Load a file of either kind and say what is wrong with it. False when it cannot be used. Free
 * ret_loaded whatever this returns.
 */
bool input_load(const char *path, const struct target *target, struct loaded *ret_loaded);

void loaded_free(struct loaded *loaded);

#endif
