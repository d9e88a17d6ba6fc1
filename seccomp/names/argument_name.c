#include "seccomp/names/argument_name.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* What the headers of a libc may not have; socket(7), netlink(7), protocols(5), clone(2). */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#define AF_SMC_NUMBER	43
#define AF_XDP_NUMBER	44
#define FAMILY_ANY	(-1)
#define FAMILY_INTERNET (-2) /* AF_INET or AF_INET6 */
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const struct named {
	const char *call;
	unsigned int argument;
	bool bit;   /* of the argument, or all of it */
	int family; /* that argument 0 must be */
	uint32_t value;
	const char *name;
} named[] = {
#define FAMILY(name)                                                                               \
	{                                                                                          \
		"socket", 0, false, FAMILY_ANY, AF_##name, "AF_" #name                             \
	}
#define INTERNET(name, number)                                                                     \
	{                                                                                          \
		"socket", 2, false, FAMILY_INTERNET, number, "IPPROTO_" #name                      \
	}
#define NETLINK(name, number)                                                                      \
	{                                                                                          \
		"socket", 2, false, AF_NETLINK, number, "NETLINK_" #name                           \
	}
#define VALUE(call, argument, name)                                                                \
	{                                                                                          \
		call, argument, false, FAMILY_ANY, name, #name                                     \
	}
#define BIT(call, name)                                                                            \
	{                                                                                          \
		call, 0, true, FAMILY_ANY, name, #name                                             \
	}
	FAMILY(UNIX),
	FAMILY(INET),
	FAMILY(INET6),
	FAMILY(NETLINK),
	FAMILY(PACKET),
	FAMILY(ALG),
	FAMILY(VSOCK),
	FAMILY(KEY),
	FAMILY(RDS),
	FAMILY(TIPC),
	FAMILY(CAN),
	FAMILY(BLUETOOTH),
	FAMILY(NFC),
	FAMILY(PPPOX),
	FAMILY(X25),
	FAMILY(AX25),
	FAMILY(KCM),
	{ "socket", 0, false, FAMILY_ANY, AF_SMC_NUMBER, "AF_SMC" },
	{ "socket", 0, false, FAMILY_ANY, AF_XDP_NUMBER, "AF_XDP" },
	INTERNET(ICMP, 1),
	INTERNET(TCP, 6),
	INTERNET(UDP, 17),
	INTERNET(DCCP, 33),
	INTERNET(GRE, 47),
	INTERNET(ICMPV6, 58),
	INTERNET(L2TP, 115),
	INTERNET(SCTP, 132),
	INTERNET(UDPLITE, 136),
	INTERNET(RAW, 255),
	INTERNET(SMC, 256),
	INTERNET(MPTCP, 262),
	NETLINK(ROUTE, 0),
	NETLINK(USERSOCK, 2),
	NETLINK(SOCK_DIAG, 4),
	NETLINK(NFLOG, 5),
	NETLINK(XFRM, 6),
	NETLINK(SELINUX, 7),
	NETLINK(ISCSI, 8),
	NETLINK(AUDIT, 9),
	NETLINK(FIB_LOOKUP, 10),
	NETLINK(CONNECTOR, 11),
	NETLINK(NETFILTER, 12),
	NETLINK(IP6_FW, 13),
	NETLINK(DNRTMSG, 14),
	NETLINK(KOBJECT_UEVENT, 15),
	NETLINK(GENERIC, 16),
	NETLINK(SCSITRANSPORT, 18),
	NETLINK(ECRYPTFS, 19),
	NETLINK(RDMA, 20),
	NETLINK(CRYPTO, 21),
	VALUE("ioctl", 1, TIOCSTI),
	VALUE("ioctl", 1, TIOCLINUX),
	VALUE("ioctl", 1, TIOCSETD),
	VALUE("ioctl", 1, TIOCCONS),
	VALUE("ioctl", 1, TIOCGWINSZ),
	VALUE("ioctl", 1, TIOCOUTQ),
	VALUE("ioctl", 1, FIONREAD),
	VALUE("ioctl", 1, FIONBIO),
	VALUE("ioctl", 1, FIONCLEX),
	VALUE("ioctl", 1, FIOCLEX),
	{ "ioctl", 1, false, FAMILY_ANY, 0x5401, "TCGETS" },
	VALUE("prctl", 0, PR_SET_PDEATHSIG),
	VALUE("prctl", 0, PR_SET_DUMPABLE),
	VALUE("prctl", 0, PR_SET_NAME),
	VALUE("prctl", 0, PR_SET_SECCOMP),
	VALUE("prctl", 0, PR_CAPBSET_DROP),
	VALUE("prctl", 0, PR_SET_SECUREBITS),
	VALUE("prctl", 0, PR_SET_MM),
	VALUE("prctl", 0, PR_SET_NO_NEW_PRIVS),
	VALUE("setpriority", 0, PRIO_PROCESS),
	VALUE("setpriority", 0, PRIO_PGRP),
	VALUE("setpriority", 0, PRIO_USER),
	{ "ioprio_set", 0, false, FAMILY_ANY, 1, "IOPRIO_WHO_PROCESS" },
	{ "ioprio_set", 0, false, FAMILY_ANY, 2, "IOPRIO_WHO_PGRP" },
	{ "ioprio_set", 0, false, FAMILY_ANY, 3, "IOPRIO_WHO_USER" },
	BIT("personality", UNAME26),
	BIT("personality", ADDR_NO_RANDOMIZE),
	BIT("personality", MMAP_PAGE_ZERO),
	BIT("personality", READ_IMPLIES_EXEC),
	BIT("clone", CLONE_NEWNS),
	BIT("clone", CLONE_NEWCGROUP),
	BIT("clone", CLONE_NEWUTS),
	BIT("clone", CLONE_NEWIPC),
	BIT("clone", CLONE_NEWUSER),
	BIT("clone", CLONE_NEWPID),
	BIT("clone", CLONE_NEWNET),
	BIT("unshare", CLONE_NEWTIME),
	BIT("unshare", CLONE_NEWNS),
	BIT("unshare", CLONE_NEWCGROUP),
	BIT("unshare", CLONE_NEWUTS),
	BIT("unshare", CLONE_NEWIPC),
	BIT("unshare", CLONE_NEWUSER),
	BIT("unshare", CLONE_NEWPID),
	BIT("unshare", CLONE_NEWNET),
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
