#include "init/unotify/record.h"

#include <string.h>
#include <sys/syscall.h>

static const struct {
	int call, argument;
} arguments[RECORD_ARGUMENTS] = {
	{ SYS_socket, 0 }, { SYS_clone, 0 },	   { SYS_ioctl, 1 },
	{ SYS_prctl, 0 },  { SYS_personality, 0 },
};

int record_argument_find(int call, int *ret_slot)
{
	for (int i = 0; i < RECORD_ARGUMENTS; i++) {
		if (arguments[i].call == call) {
			*ret_slot = i;
			return arguments[i].argument;
		}
	}
	return -1;
}

/* They are kept sorted, so that the same calls make the same file. */
void record_add_value(struct record_argument *argument, uint32_t value)
{
	unsigned at = 0;

	while (at < argument->count && argument->values[at] < value)
		at++;
	if (argument->any || (at < argument->count && argument->values[at] == value))
		return;
	if (argument->count == RECORD_VALUES) {
		argument->any = true;
		return;
	}
	memmove(&argument->values[at + 1], &argument->values[at],
		(argument->count - at) * sizeof(argument->values[0]));
	argument->values[at] = value;
	argument->count++;
}

void record_silence(const struct record *record, struct syscall_set *ret_silent)
{
	*ret_silent = record->calls;
	for (int i = 0; i < RECORD_ARGUMENTS; i++)
		if (!record->arguments[i].any)
			syscall_set_remove(ret_silent, arguments[i].call);
	/* The broker may want them. */
	syscall_set_remove(ret_silent, SYS_bind);
	syscall_set_remove(ret_silent, SYS_setsockopt);
}

void record_note(struct record *record, const struct seccomp_data *call)
{
	int slot;
	int argument;

	if (call->arch != FILTER_ARCH || call->nr < 0 || call->nr >= SYSCALL_COUNT)
		return;
	argument = record_argument_find(call->nr, &slot);
	(void)pthread_mutex_lock(
		&record->lock); /* cannot fail: an ordinary one, and not ours yet */
	syscall_set_add(&record->calls, call->nr);
	if (argument >= 0)
		record_add_value(&record->arguments[slot], (uint32_t)call->args[argument]);
	(void)pthread_mutex_unlock(&record->lock); /* it is ours */
}

void record_end(struct record *record)
{
	(void)sem_post(&record->ended); /* once: it cannot overflow */
}
