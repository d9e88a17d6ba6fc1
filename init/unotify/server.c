#include "init/unotify/server.h"

#include "init/sys/message.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
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
	/* Its memory of sockets begins empty, in pages that nobody has touched. */
	memcpy(&server->broker, &unotify->broker, offsetof(struct broker, memory));
	server->record = &unotify->record;
	listener_hurry(listener);
	return server;
}

void server_free(struct server *server)
{
	free(server);
}

/* The command gets the kernel's EACCES; here is why. */
static void bind_explain(struct server *server, const struct request *request)
{
	struct denied denied;

	if (server->broker.obstacle && denial_first(server->denials, request, UNBROKERED, &denied))
		message(MESSAGE_WARNING, "%s[%d]: its bind(2) is left to the kernel: %s: %s",
			denied.program, (int)denied.pid, server->broker.obstacle,
			strerror(server->broker.error));
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
		answer = broker_bind(&server->broker, request);
		bind_explain(server, request);
		return answer;
	}
	if (server->reports & REPORT_OPTIONS && number == SYS_setsockopt)
		return broker_option(&server->broker, request);
	if (server->reports & REPORT_CALLS)
		return ANSWER_CARRY_ON;
	return denial_answer(server->denials, request);
}

void server_serve(struct server *server, short revents)
{
	struct request request;

	/* ENOENT: the caller was killed before we looked, or, when we answer, while we thought: or
	 * it was interrupted. */
	if (revents & POLLIN && request_receive(server->listener, &request) == 0) {
		if (request_answer(&request, answer_find(server, &request)) == -ENOENT)
			broker_unheard(&server->broker, &request);
	} else if (revents & (POLLHUP | POLLERR | POLLNVAL)) {
		(void)close(server->listener); /* nothing was written to it */
		server->listener = -1;
	}
}

void server_run(struct server *server)
{
	while (server->listener >= 0) {
		struct pollfd event = { .fd = server->listener, .events = POLLIN };

		if (poll(&event, 1, -1) > 0)
			server_serve(server, event.revents);
	}
}
