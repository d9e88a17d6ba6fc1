/* generate.h: a policy as a program, by libseccomp, with our stub in front. Nothing is proved here.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "seccomp/findings.h"
#include "seccomp/policy.h"
#include "seccomp/program.h"

/* Generate. False, with an error in findings, when libseccomp refuses or the kernel would;
 * ret_program is the caller's to free when this returns true.
 */
bool program_generate(const struct policy *policy, struct findings *findings,
		      struct program *ret_program);

#endif
