/* verify.h: does a program do what the ruleset says? Asked at the boundary values of every rule. */
#ifndef VERIFY_H
#define VERIFY_H

#include "seccomp/compiler/semantics.h"

/* Check the program as the kernel does, run it for every number of every architecture with the
 * boundary values of all of that call's conditions, and compare. False when it differs anywhere;
 * the first difference is then an error in findings.
 *
 * Where a call's conditions have more combinations than SAMPLES_MAX, all of any two halves of
 * arguments are tried, and as many at random.
 */
bool program_verify(const struct sock_fprog *program, const struct ruleset *ruleset,
		    struct findings *findings);

#endif
