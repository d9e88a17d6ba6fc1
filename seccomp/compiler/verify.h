/* verify.h: does a program do what the ruleset says? Asked at the boundary values of every rule. */
#ifndef VERIFY_H
#define VERIFY_H

#include "seccomp/compiler/semantics.h"

/* Check the program as the kernel does, run it for every number of every architecture with the
 * boundary values of all of that call's conditions, and compare. False when it differs anywhere;
 * the first difference is then an error in findings.
 *
 * Where a call's conditions have more combinations than SAMPLES_MAX, so many are taken at random,
 * besides all those in which only one argument is not 0.
 */
bool program_verify(const struct sock_fprog *program, const struct ruleset *ruleset,
		    const struct semantics *semantics, struct findings *findings);

#endif
