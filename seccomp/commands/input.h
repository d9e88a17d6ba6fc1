/* input.h: a profile or a filter as the command line names it: a file, whichever of the two, or a
 * profile that comes with drop-init, by its name.
 */
#ifndef INPUT_H
#define INPUT_H

#include "seccomp/compiler/compile.h"
#include "seccomp/filter/filter_file.h"

#define NAME_MAX_LENGTH sizeof(((struct filter_file_header *)0)->name)

/* Either a filter, or a profile and the filter that it compiles to. */
struct input {
	struct filter filter;
	bool is_profile;
	struct compiled compiled; /* if it is a profile */
	char name[NAME_MAX_LENGTH];
	void *bytes; /* of the file, owned; a filter refers to them */
};

/* Could this be one: a file that there is, or a profile's name? */
bool input_exists(const char *path);

/* Load either kind, and say what is wrong with it; with strict, an unknown system call is. False
 * when it cannot be used. Free ret_input whatever this returns.
 */
bool input_load(const char *path, const struct target *target, bool strict,
		struct input *ret_input);

void input_free(struct input *input);

/* The first call that nothing can be started without and that the filter does not plainly allow, by
 * name; NULL: there is none, or it is for an architecture that is not known.
 */
const char *input_refused_start(const struct input *input);

#endif
