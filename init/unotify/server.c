#include "init/unotify/server.h"

#include "init/sys/message.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No system calls: their places among what has been said once. */
enum { UNBROKERED = -1, UNRECORDED = -2 };

struct server *server_new(struct unotify *unotify, int listener)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->listener = listener;
	server->reports = unotify->reports;
	server->denials = &unotify->denials;
	server->record = &unotify->record;
	server->broker = unotify->broker;
	if (broker_start(&server->broker)) {
		free(server);
		return NULL;
	}
	listener_hurry(listener);
	return server;
}

/* Where the filter is still in use, its questions get ENOSYS from now on. */
void server_free(struct server *server)
{
	broker_close(&server->broker);
	if (server->listener >= 0)
		(void)close(server->listener); /* nothing was written to it */
	free(server);
}

/* The command gets the kernel's EACCES; here is why. */
static void bind_explain(struct server *server, const struct request *request)
{
	struct denied denied;

	if (server->broker.reason && denial_first(server->denials, request, UNBROKERED, &denied))
		message(MESSAGE_WARNING, "%s[%d]: its bind(2) is left to the kernel: %s%s%s",
			denied.program, (int)denied.pid, server->broker.reason,
			server->broker.error ? ": " : "",
			server->broker.error ? strerror(server->broker.error) : "");
}

/* Such a profile kills it. */
static void foreign_explain(struct server *server, const struct request *request)
{
	struct denied denied;

	if (denial_first(server->denials, request, UNRECORDED, &denied))
		message(MESSAGE_WARNING,
			"%s[%d] is a program for another architecture: what it calls is not "
			"recorded, and will be refused",
			denied.program, (int)denied.pid);
}

/* What is reported before the profile's program could judge it is judged here. */
static bool profile_allows(const struct server *server, const struct seccomp_data *call)
{
	const struct sock_fprog *program = &server->denials->profile->program;
	uint32_t action;

	if (server->reports & REPORT_CALLS || !program->len)
		return true;
	action = program_run(program, call).action;
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

static struct answer answer_find(struct server *server, const struct request *request)
{
	const struct seccomp_data *call = &request->notif.data;
	const int number = call->arch == FILTER_ARCH ? call->nr : -1;
	struct answer answer;

	if (server->reports & REPORT_CALLS && call->arch != FILTER_ARCH)
		foreign_explain(server, request);
	else if (server->reports & REPORT_CALLS)
		record_note(server->record, call);
	if (server->reports & REPORT_BINDS && number == SYS_bind) {
		answer = broker_answer(&server->broker, request);
		bind_explain(server, request);
		return answer;
	}
	if (server->reports & (REPORT_STREAMS | REPORT_DATAGRAMS) && number == SYS_socket &&
	    profile_allows(server, call))
		return broker_answer(&server->broker, request);
	if (server->reports & REPORT_CALLS)
		return ANSWER_CARRY_ON;
	return denial_answer(server->denials, request);
}

int server_serve(struct server *server, short revents)
{
	struct request request;
	int r = 0;

	if (revents & POLLIN) {
		r = request_receive(server->listener, &request);
		/* ENOENT: the caller was killed while we thought, or it was interrupted. */
		if (r > 0 && request_answer(&request, answer_find(server, &request)) == -ENOENT)
			broker_unheard(&server->broker, &request);
	} else if (revents) {
		(void)close(server->listener); /* nothing was written to it */
		server->listener = -1;
	}
	return r < 0 ? r : 0;
}

void server_run(struct server *server)
{
	int r = 0;

	while (server->listener >= 0 && r == 0) {
		struct pollfd events[] = { { .fd = server->listener, .events = POLLIN },
					   { .fd = server->broker.events, .events = POLLIN } };

		if (poll(events, 2, -1) < 0) {
			r = errno == EINTR ? 0 : -errno;
			continue;
		}
		if (events[1].revents)
			broker_settle(&server->broker);
		r = server_serve(server, events[0].revents);
	}
	/* Somebody has taken our limit of open files away, or a filter around us refuses ioctl(2).
	 */
	if (r < 0)
		message(MESSAGE_ERROR,
			"what the command asks of PID 1 is no longer answered: %s "
			"(what its filter reports is ENOSYS from now on)",
			strerror(-r));
}
