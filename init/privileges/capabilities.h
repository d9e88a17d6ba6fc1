/* capabilities.h: the five capability sets and the securebits: read, and set so that it took.
 * capabilities(7), libcap-ng. Numbers are bits: CAPABILITY_BIT(CAP_CHOWN). */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdint.h>

#define CAPABILITY_BIT(n)	 ((uint64_t)1 << (n))
#define LAST_POSSIBLE_CAPABILITY 63

/* No capability by being root, none through ambient ever again, and no way to undo that. */
#define SECUREBITS                                                                                 \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |                          \
	 SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

struct capability_sets {
	uint64_t effective, permitted, inheritable;
};

/* What the kernel says that we hold, read without libcap-ng: a proof needs its own witness. 0 or
 * -errno. capget(2) */
int capabilities_read(struct capability_sets *ret_sets);

/* Is this one in our effective set? May it be raised: is it in our permitted set? Where that cannot
 * be told it is not. */
bool capabilities_have(unsigned capability);
bool capabilities_may_raise(unsigned capability);

/* Has this kernel an ambient set? gVisor has none. */
bool capabilities_can_be_ambient(void);

/* Each of these has taken when it returns 0, else -errno. */
int capabilities_set(const struct capability_sets *sets);
int capabilities_set_ambient(uint64_t ambient); /* permitted and inheritable already */

/* Add CAP_NET_BIND_SERVICE, which is permitted, to what we use, and to what we hand on; take none.
 */
int capabilities_raise_bind(bool hand_on);

/* Cut every capability but the kept ones out of the bounding set. Needs CAP_SETPCAP: without it
 * false, and said on -v, because no_new_privs covers it then. */
bool capabilities_cut_bounding(uint64_t kept);

/* Add SECUREBITS; else as above. */
bool capabilities_set_securebits(void);

/* Empty our own permitted, effective, inheritable and ambient sets, and look whether that took.
 * Safe in a vfork child. Returns 0 or -errno. */
int capabilities_empty(void);

#endif
