#include "init/unotify/denial_words.h"

#include "seccomp/names/argument_name.h"
#include "seccomp/names/syscall_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/syscall.h>

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

void denial_argument_format(const struct seccomp_data *call, const struct program_result *result,
			    char *ret_text, size_t size)
{
	char text[96] = "";
	uint64_t value;

	ret_text[0] = '\0';
	if (result->argument < 0)
		return;
	value = call->args[result->argument];
	if (!result->wide)
		value = (uint32_t)value;
	if (call->arch == FILTER_ARCH)
		argument_describe(syscall_name(call->nr), (unsigned int)result->argument,
				  (uint32_t)value, (const uint64_t *)call->args, text,
				  sizeof(text));
	(void)snprintf(ret_text, size,
		       call->nr == SYS_socket ? " with argument %d = %" PRIu64 "%s%s%s"
					      : " with argument %d = 0x%" PRIx64 "%s%s%s",
		       result->argument, value, text[0] ? " (" : "", text, text[0] ? ")" : "");
}
