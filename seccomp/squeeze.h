/* squeeze.h: a program made smaller and quicker, without a change to what it does. */
#ifndef SQUEEZE_H
#define SQUEEZE_H

#include "seccomp/program.h"

/* libseccomp's tree tests for one number after the other, and tests every mask of a list.
 * Rewritten, a program divides the numbers into ranges that are treated alike and tests for the
 * exceptions first. False when there is nothing to gain, or no way to know; ret_program is the
 * caller's to free when this returns true, and the caller's to prove.
 */
bool program_squeeze(const struct program *program, struct program *ret_program);

#endif
