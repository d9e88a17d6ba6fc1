/* stub.h: the instructions in front of libseccomp's: ENOSYS for what is newer than the profile. */
#ifndef STUB_H
#define STUB_H

#include "seccomp/policy.h"

#include <linux/filter.h>

#define STUB_MAX 160 /* at most 7 instructions for each architecture, and 3 */

/* Write the policy's stub to ret_code and return its length, 0 when none is needed. It passes
 * control on by running off its end.
 */
size_t stub_build(const struct policy *policy, struct sock_filter ret_code[STUB_MAX]);

#endif
