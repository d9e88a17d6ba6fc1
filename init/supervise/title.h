/* title.h: a process's command line, as ps(1) and /proc/PID/cmdline show it, replaced.
 *
 * Anything may call itself anything: only what PID 1's says is true. prctl(2), PR_SET_MM_MAP */
#ifndef TITLE_H
#define TITLE_H

#include <stddef.h>

/* Find out what replacing takes, and have room for SIZE bytes: before a filter of our own. Returns
 * 0 or -errno. */
int title_prepare(size_t size);

/* Where the next one is written: SIZE bytes, which nobody is shown yet. NULL: not prepared. */
char *title_room(void);

/* From now on the command line is the first LENGTH bytes there, words that each end in a NUL. A
 * reader sees the old one or the new, unless it changes twice while he reads: he reads twice. Not
 * where the kernel cannot (CONFIG_CHECKPOINT_RESTORE); returns 0 or -errno. */
int title_show(size_t length);

#endif
