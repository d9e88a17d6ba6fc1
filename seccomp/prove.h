/* prove.h: does a program do what the policy says? Asked at the boundary values of every rule. */
#ifndef PROVE_H
#define PROVE_H

#include "seccomp/findings.h"
#include "seccomp/policy.h"
#include "seccomp/program.h"

/* Check the program as the kernel does, run it for every syscall number of every architecture with
 * the boundary values of all of that syscall's conditions, and compare. False when it differs
 * anywhere; the first difference is then an error in findings.
 *
 * Where a syscall's conditions have more combinations than POINTS_MAX, so many are taken at random,
 * besides all those in which only one argument is not 0.
 */
bool program_prove(const struct program *program, const struct policy *policy,
		   struct findings *findings);

#endif
