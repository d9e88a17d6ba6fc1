/* executable.h: can this file be executed, and if not, what stands in the way? Looked at as whoever
 * we are. execve(2) */
#ifndef EXECUTABLE_H
#define EXECUTABLE_H

#include "init/filter/filter.h"
#include "init/sys/failure.h"

#include <stdint.h>

/* 0, or the errno that executing it would fail with, as far as its mode tells. */
int executable_try(const char *path);

/* Why executing the command NAME, which is the file PATH, failed with this errno: the exit status
 * is 127 or 126. */
const struct failure *executable_refuse(const char *name, const char *path, int error);

/* The command was found nowhere: 127. */
const struct failure *executable_not_found(const char *name);

/* What execve(2) would not say beforehand: a program of another architecture that we cannot have
 * run or that the filter it gets kills, an interpreter that is missing, or file capabilities that
 * are not all in this bounding set. NULL: nothing. */
const char *executable_obstacle(const char *path, uint64_t bounding, const struct filter *profile);

/* "it is a program for another architecture: i386, 32 bits, not x86-64"; NULL: it is none. */
const char *executable_foreign(const char *path);

#endif
