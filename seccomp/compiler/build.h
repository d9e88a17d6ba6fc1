/* build.h: what a ruleset says on all of its architectures, as a program. Nothing is verified here.
 */
#ifndef BUILD_H
#define BUILD_H

#include "seccomp/compiler/semantics.h"

/* Without OPTIMIZE, tests are made as the rules have them. -E2BIG: longer than the kernel takes;
 * -ENOMEM. The caller frees ret_program's instructions.
 */
int program_build(const struct ruleset *ruleset, bool optimize, struct sock_fprog *ret_program);

#endif
