#include "seccomp/names/argument_name.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define FAMILY_ANY	(-1)
#define FAMILY_INTERNET (-2)   /* AF_INET or AF_INET6 */
#define TCGETS_NUMBER	0x5401 /* <asm/termbits.h> and <termios.h> exclude each other */

/* socket(7), netlink(7), protocols(5), ioctl_tty(2), prctl(2), clone(2): numbers that are the same
 * on all architectures are given where the headers of a libc may lack them.
 */
static const struct named {
	const char *call;
	unsigned int argument;
	bool bit;   /* of the argument, or all of it */
	int family; /* that argument 0 must be */
	uint32_t value;
	const char *name;
} named[] = {
#define FAMILY(name, number)	{ "socket", 0, false, FAMILY_ANY, number, "AF_" #name },
#define INTERNET(name, number)	{ "socket", 2, false, FAMILY_INTERNET, number, "IPPROTO_" #name },
#define NETLINK(name, number)	{ "socket", 2, false, AF_NETLINK, number, "NETLINK_" #name },
#define IOCTL(name, number)	{ "ioctl", 1, false, FAMILY_ANY, number, #name },
#define PRCTL(name)		{ "prctl", 0, false, FAMILY_ANY, PR_##name, "PR_" #name },
#define WHO(call, name, number) { call, 0, false, FAMILY_ANY, number, name },
#define PERSONALITY(name)	{ "personality", 0, true, FAMILY_ANY, name, #name },
#define NAMESPACE(name)                                                                            \
	{ "clone", 0, true, FAMILY_ANY, CLONE_##name, "CLONE_" #name },                            \
		{ "unshare", 0, true, FAMILY_ANY, CLONE_##name, "CLONE_" #name },
	/* clang-format off */
	FAMILY(UNIX, 1) FAMILY(INET, 2) FAMILY(AX25, 3) FAMILY(X25, 9) FAMILY(INET6, 10)
	FAMILY(KEY, 15) FAMILY(NETLINK, 16) FAMILY(PACKET, 17) FAMILY(RDS, 21) FAMILY(PPPOX, 24)
	FAMILY(CAN, 29) FAMILY(TIPC, 30) FAMILY(BLUETOOTH, 31) FAMILY(ALG, 38) FAMILY(NFC, 39)
	FAMILY(VSOCK, 40) FAMILY(KCM, 41) FAMILY(SMC, 43) FAMILY(XDP, 44)
	INTERNET(ICMP, 1) INTERNET(TCP, 6) INTERNET(UDP, 17) INTERNET(DCCP, 33) INTERNET(GRE, 47)
	INTERNET(ICMPV6, 58) INTERNET(L2TP, 115) INTERNET(SCTP, 132) INTERNET(UDPLITE, 136)
	INTERNET(RAW, 255) INTERNET(SMC, 256) INTERNET(MPTCP, 262)
	NETLINK(ROUTE, 0) NETLINK(USERSOCK, 2) NETLINK(SOCK_DIAG, 4) NETLINK(NFLOG, 5)
	NETLINK(XFRM, 6) NETLINK(SELINUX, 7) NETLINK(ISCSI, 8) NETLINK(AUDIT, 9)
	NETLINK(FIB_LOOKUP, 10) NETLINK(CONNECTOR, 11) NETLINK(NETFILTER, 12) NETLINK(IP6_FW, 13)
	NETLINK(DNRTMSG, 14) NETLINK(KOBJECT_UEVENT, 15) NETLINK(GENERIC, 16)
	NETLINK(SCSITRANSPORT, 18) NETLINK(ECRYPTFS, 19) NETLINK(RDMA, 20) NETLINK(CRYPTO, 21)
	IOCTL(TCGETS, TCGETS_NUMBER) IOCTL(TIOCSTI, TIOCSTI) IOCTL(TIOCLINUX, TIOCLINUX)
	IOCTL(TIOCSETD, TIOCSETD) IOCTL(TIOCCONS, TIOCCONS) IOCTL(TIOCGWINSZ, TIOCGWINSZ)
	IOCTL(TIOCOUTQ, TIOCOUTQ) IOCTL(FIONREAD, FIONREAD) IOCTL(FIONBIO, FIONBIO)
	IOCTL(FIONCLEX, FIONCLEX) IOCTL(FIOCLEX, FIOCLEX)
	PRCTL(SET_PDEATHSIG) PRCTL(SET_DUMPABLE) PRCTL(SET_NAME) PRCTL(SET_SECCOMP)
	PRCTL(CAPBSET_DROP) PRCTL(SET_SECUREBITS) PRCTL(SET_MM) PRCTL(SET_NO_NEW_PRIVS)
	WHO("setpriority", "PRIO_PROCESS", 0) WHO("setpriority", "PRIO_PGRP", 1)
	WHO("setpriority", "PRIO_USER", 2) WHO("ioprio_set", "IOPRIO_WHO_PROCESS", 1)
	WHO("ioprio_set", "IOPRIO_WHO_PGRP", 2) WHO("ioprio_set", "IOPRIO_WHO_USER", 3)
	PERSONALITY(UNAME26) PERSONALITY(ADDR_NO_RANDOMIZE) PERSONALITY(MMAP_PAGE_ZERO)
	PERSONALITY(READ_IMPLIES_EXEC)
	NAMESPACE(NEWNS) NAMESPACE(NEWCGROUP) NAMESPACE(NEWUTS) NAMESPACE(NEWIPC)
	NAMESPACE(NEWUSER) NAMESPACE(NEWPID) NAMESPACE(NEWNET)
	{ "unshare", 0, true, FAMILY_ANY, 0x80, "CLONE_NEWTIME" },
	/* clang-format on */
};

/* socketpair(2)'s arguments are socket(2)'s. */
static bool entry_is(const struct named *entry, const char *call, unsigned int argument)
{
	if (strcmp(call, "socketpair") == 0)
		call = "socket";
	return entry->argument == argument && strcmp(entry->call, call) == 0;
}

static bool family_is(const struct named *entry, const uint64_t *arguments)
{
	const int family = arguments ? (int)arguments[0] : FAMILY_ANY;

	if (entry->family == FAMILY_ANY)
		return true;
	if (entry->family == FAMILY_INTERNET)
		return family == AF_INET || family == AF_INET6;
	return family == entry->family;
}

void argument_describe(const char *call, unsigned int argument, uint32_t value,
		       const uint64_t *arguments, char *ret_text, size_t size)
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; call && i < COUNT(named) && length < size; i++) {
		const struct named *entry = &named[i];
		bool is =
			entry->bit ? (value & entry->value) == entry->value : value == entry->value;

		if (is && entry_is(entry, call, argument) && family_is(entry, arguments))
			length += (size_t)snprintf(ret_text + length, size - length, "%s%s",
						   length ? "|" : "", entry->name);
	}
}

static const struct named *name_find(const char *call, unsigned int argument, const char *name,
				     size_t length)
{
	for (size_t i = 0; i < COUNT(named); i++) {
		if (entry_is(&named[i], call, argument) && strlen(named[i].name) == length &&
		    memcmp(named[i].name, name, length) == 0)
			return &named[i];
	}
	return NULL;
}

bool argument_value(const char *call, unsigned int argument, const char *names, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (const char *name = names;; name++) {
		const size_t length = strcspn(name, "|");
		const struct named *entry = name_find(call, argument, name, length);

		if (!entry)
			return false;
		value |= entry->value;
		name += length;
		if (!*name)
			break;
	}
	*ret_value = value;
	return true;
}
