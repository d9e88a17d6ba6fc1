#include "init/supervisor.h"

#include <errno.h>
#include <sys/syscall.h>

static struct answer answer_find(struct supervisor *s, const struct request *request)
{
	const struct seccomp_data *call = &request->notif.data;

	if (s->broker && call->arch == FILTER_ARCH && call->nr == SYS_bind)
		return broker_bind(s->broker, request);
	if (s->broker && call->arch == FILTER_ARCH && call->nr == SYS_setsockopt)
		return broker_option(s->broker, request);
	return (struct answer){ .error = -EPERM };
}

void supervisor_dispatch(struct supervisor *supervisor)
{
	struct request request;

	/* ENOENT: the caller was killed before we looked, or, when we answer, while we thought. */
	if (notify_receive(supervisor->listener, &request) < 0)
		return;
	(void)notify_send(&request, answer_find(supervisor, &request));
}
