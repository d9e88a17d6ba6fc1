#include "init/unotify/denial_words.h"
#include "init/filter/syscall_name.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* What a profile commonly refuses by argument. */
struct word {
	short call;
	bool bit;
	uint32_t value; /* of the argument that decides there, or one bit of it */
	const char *text;
};

#define FAMILY(name)                                                                               \
	{                                                                                          \
		SYS_socket, false, AF_##name, "AF_" #name                                          \
	}
#define REQUEST(name)                                                                              \
	{                                                                                          \
		SYS_ioctl, false, name, #name                                                      \
	}
#define OPTION(name)                                                                               \
	{                                                                                          \
		SYS_prctl, false, name, #name                                                      \
	}
#define DOMAIN(name)                                                                               \
	{                                                                                          \
		SYS_personality, true, name, #name                                                 \
	}
#define SPACE(name)                                                                                \
	{ SYS_clone, true, name, #name },                                                          \
	{                                                                                          \
		SYS_unshare, true, name, #name                                                     \
	}

static const struct word words[] = {
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
	{ SYS_socket, false, 44, "AF_XDP" },
	{ SYS_socket, false, 43, "AF_SMC" },
	REQUEST(TIOCSTI),
	REQUEST(TIOCLINUX),
	REQUEST(TIOCSETD),
	REQUEST(TIOCCONS),
	OPTION(PR_SET_MM),
	OPTION(PR_CAPBSET_DROP),
	OPTION(PR_SET_SECUREBITS),
	DOMAIN(READ_IMPLIES_EXEC),
	DOMAIN(ADDR_NO_RANDOMIZE),
	SPACE(CLONE_NEWUSER),
	SPACE(CLONE_NEWNS),
	SPACE(CLONE_NEWPID),
	SPACE(CLONE_NEWNET),
	SPACE(CLONE_NEWIPC),
	SPACE(CLONE_NEWUTS),
	SPACE(CLONE_NEWCGROUP),
	SPACE(CLONE_NEWTIME),
};

void denial_call_format(const struct seccomp_data *call, char *ret_text, size_t size)
{
	const char *name = syscall_name(call->nr);

	if (call->arch == FILTER_ARCH && name)
		(void)snprintf(ret_text, size, "%s(2)", name);
	else if (call->arch == FILTER_ARCH)
		(void)snprintf(ret_text, size, "system call %d", call->nr);
	else
		(void)snprintf(ret_text, size, "system call %d of architecture 0x%" PRIx32,
			       call->nr, call->arch);
}

/* All bits that have a name, or the one value. */
static void words_find(int call, uint32_t value, char *ret_text, size_t size)
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct word *w = &words[i];
		bool is = w->bit ? (value & w->value) == w->value : value == w->value;

		if (w->call != call || !is || length >= size)
			continue;
		length += (size_t)snprintf(ret_text + length, size - length, "%s%s",
					   length ? "|" : "", w->text);
	}
}

void denial_argument_format(const struct seccomp_data *call, const struct verdict *verdict,
			    char *ret_text, size_t size)
{
	char text[96] = "";
	uint64_t value;

	ret_text[0] = '\0';
	if (verdict->argument < 0)
		return;
	value = call->args[verdict->argument];
	if (!verdict->wide)
		value = (uint32_t)value;
	if (call->arch == FILTER_ARCH)
		words_find(call->nr, (uint32_t)value, text, sizeof(text));
	(void)snprintf(ret_text, size,
		       call->nr == SYS_socket ? " with argument %d = %" PRIu64 "%s%s%s"
					      : " with argument %d = 0x%" PRIx64 "%s%s%s",
		       verdict->argument, value, text[0] ? " (" : "", text, text[0] ? ")" : "");
}
