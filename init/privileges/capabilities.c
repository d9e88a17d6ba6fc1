#include "init/privileges/capabilities.h"

#include "init/sys/effect.h"
#include "init/sys/message.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int capabilities_read(struct capability_sets *ret_sets)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	/* A call that did nothing must not look like empty sets. */
	memset(data, 0xff, sizeof(data));
	if (syscall(SYS_capget, &header, data))
		return -errno;
	*ret_sets = (struct capability_sets){
		.effective = data[0].effective | (uint64_t)data[1].effective << 32,
		.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
		.inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32,
	};
	return 0;
}

bool capabilities_have(unsigned capability)
{
	struct capability_sets sets = { 0 };

	return !capabilities_read(&sets) && sets.effective & CAPABILITY_BIT(capability);
}

bool capabilities_may_raise(unsigned capability)
{
	struct capability_sets sets = { 0 };

	return !capabilities_read(&sets) && sets.permitted & CAPABILITY_BIT(capability);
}

int capabilities_set(const struct capability_sets *sets)
{
	struct capability_sets now;
	int result;

	capng_setpid(getpid()); /* it remembers who it was before a fork */
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		if (sets->effective & CAPABILITY_BIT(n))
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, n);
		if (sets->permitted & CAPABILITY_BIT(n))
			capng_update(CAPNG_ADD, CAPNG_PERMITTED, n);
		if (sets->inheritable & CAPABILITY_BIT(n))
			capng_update(CAPNG_ADD, CAPNG_INHERITABLE, n);
	}
	if (capng_apply(CAPNG_SELECT_CAPS))
		return errno ? -errno : -ENOEFFECT;
	result = capabilities_read(&now);
	if (result)
		return result;
	return memcmp(&now, sets, sizeof(now)) ? -ENOEFFECT : 0;
}

/* A kernel before 4.3, and gVisor, have no ambient set to clear. */
int capabilities_set_ambient(uint64_t ambient)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -errno;
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		if ((ambient & CAPABILITY_BIT(n)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0))
			return -errno;
	}
	return 0;
}

bool capabilities_can_be_ambient(void)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_BIND_SERVICE, 0, 0) >= 0;
}

int capabilities_raise_bind(bool hand_on)
{
	const uint64_t bind = CAPABILITY_BIT(CAP_NET_BIND_SERVICE);
	struct capability_sets sets = { 0 };
	int result = capabilities_read(&sets);

	sets.effective |= bind;
	if (hand_on)
		sets.inheritable |= bind;
	if (!result)
		result = capabilities_set(&sets);
	if (!result && hand_on &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0))
		result = -errno;
	return result;
}

bool capabilities_cut_bounding(uint64_t kept)
{
	for (unsigned n = 0; n <= LAST_POSSIBLE_CAPABILITY; n++) {
		const int bounding = prctl(PR_CAPBSET_READ, n, 0, 0, 0);

		if (bounding < 0 && errno == EINVAL)
			break; /* the kernel has no capability with this number */
		/* To drop what a container's engine has dropped costs ten times as much as to see
		 * it. */
		if (!bounding || (kept & CAPABILITY_BIT(n)) || !prctl(PR_CAPBSET_DROP, n, 0, 0, 0))
			continue;
		message(MESSAGE_INFO,
			"the capability bounding set stays: %s (CAP_SETPCAP mends it; no_new_privs keeps "
			"it from mattering)",
			strerror(errno));
		return false;
	}
	return true;
}

bool capabilities_set_securebits(void)
{
	const int before = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	if (before >= 0 &&
	    !prctl(PR_SET_SECUREBITS, (before & ~SECBIT_KEEP_CAPS) | SECUREBITS, 0, 0, 0))
		return true;
	if (before < 0 && errno == EINVAL)
		message(MESSAGE_INFO, "this kernel has no securebits to set (no_new_privs keeps it "
				      "from mattering)");
	else
		message(MESSAGE_INFO,
			"the securebits stay: %s (CAP_SETPCAP mends it; no_new_privs keeps it from "
			"mattering)",
			strerror(errno));
	return false;
}

int capabilities_empty(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct none[2] = { { 0 } };
	struct __user_cap_data_struct now[2];

	memset(now, 0xff, sizeof(now));
	if (syscall(SYS_capset, &header, none) || syscall(SYS_capget, &header, now))
		return -errno;
	return memcmp(now, none, sizeof(none)) ? -EPERM : 0;
}
