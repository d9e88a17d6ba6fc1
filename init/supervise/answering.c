#include "init/supervise/answering.h"

#include "init/supervise/lockdown.h"
#include "init/sys/message.h"
#include "init/sys/signals.h"
#include "init/unotify/server.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Not believed: a subreaper would die of what pthread_create(3) leaves unblocked. signals_keep() */
static int signals_block(void)
{
	return signals_set_mask(SIGNALS_ALL, NULL);
}

static void *answer(void *context)
{
	struct server *server = context;
	struct record *record = server->record;
	const int result = signals_block();

	if (result)
		message(MESSAGE_WARNING, "a thread of PID 1 cannot block signals: %s",
			strerror(-result));
	lockdown_enter(LOCKDOWN_ANSWERING, server->reports);
	server_run(server);
	server_free(server);
	record_end(record);
	return NULL;
}

static int thread_start(struct server *server)
{
	pthread_attr_t detached;
	pthread_t thread;
	int error = pthread_attr_init(&detached);

	if (error)
		return -error;
	error = pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (!error)
		error = pthread_create(&thread, &detached, answer, server);
	(void)pthread_attr_destroy(&detached); /* always succeeds */
	return -error;
}

const struct failure *answering_start(struct unotify *unotify, int listener)
{
	struct server *server;
	int result;

	if (listener < 0 && unotify->reports)
		message(MESSAGE_INFO, "denials are not explained: %s",
			filter_can_listen() ? "an outer supervisor has the only seccomp listener "
					      "that there can be"
					    : "this kernel has no seccomp listeners");
	if (listener < 0)
		return NULL;
	server = server_new(unotify, listener);
	if (!server) {
		(void)close(listener); /* nothing was written to it */
		return failure_of_memory();
	}
	result = signals_keep();
	if (!result)
		result = thread_start(server);
	if (result)
		server_free(server);
	else
		result = signals_block();
	if (result)
		return failure_new(NULL, -result,
				   result == -EAGAIN
					   ? "its user is at the limit of processes: ulimit -u"
					   : NULL,
				   "cannot start the thread that answers the command");
	return NULL;
}
