/* The handshake that decides whether the broker works here, and how: no version number tells it.
 *
 * Two throwaway processes play PID 1 ("judge") and the command ("tenant"). They share a descriptor
 * table, as the real two do while the filter is loaded, so the listener needs no way of its own. */
#include "init/unotify/broker.h"
#include "init/filter/filter.h"
#include "init/privileges/capabilities.h"
#include "init/sys/effect.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#define PATIENCE_MS 20000 /* by then an answer was lost, even where the machine stood still */

/* What the judge sends home. */
struct finding {
	enum broker_method method;
	char why[160];
};

static void finding_note(struct finding *finding, const char *what, int error)
{
	size_t length = strlen(finding->why);
	char text[80];

	(void)snprintf(text, sizeof(text), "%s: %s", what, strerror(error));
	if (strcmp(finding->why, text) != 0)
		(void)snprintf(finding->why + length, sizeof(finding->why) - length, "%s%s",
			       length ? "; " : "", text);
}

/* --- the tenant: a process without any capability, under the filter ------------------------- */

static const struct port *port_choose(const struct broker_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->list[i].number < ports->free_from)
			return &ports->list[i];
	return &ports->list[0];
}

/* 0, or the errno of a bind that was not ours. A port that is in use shows as well that the kernel
 * let the bind through: it looks at the capability first. */
static int tenant_bind(const struct port *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port->number) };
	int fd = socket(AF_INET, (port->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	const int together = 1;
	int error = 0;

	if (fd < 0)
		return errno;
	/* Whoever binds this port at the same time, as a helper does, is not to find it taken. */
	if (!port->udp)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &together, sizeof(together));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 && errno != EADDRINUSE)
		error = errno;
	(void)close(fd); /* was only tried */
	return error;
}

/* It shares the judge's descriptors: without the judge its calls would wait for ever, and PID 1
 * with them. */
static int tenant_end_with(pid_t judge)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	return getppid() == judge ? 0 : -ESRCH;
}

/* Tells the judge the listener, or -errno; then the outcome of a bind for each of its ways. */
static void tenant_run(struct filter *filter, const struct port *port, pid_t judge, int home)
{
	int listener = -1;
	int r = capabilities_empty();

	r = r < 0 ? r : tenant_end_with(judge);
	/* As after execve(2): the judge, its parent, is not dumpable. */
	r = r < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 ? r : -errno;
	r = r < 0 ? r : filter_load(filter, &listener);
	r = r < 0 ? r : listener < 0 ? -EBUSY : listener;
	if (write(home, &r, sizeof(r)) != sizeof(r))
		return;
	for (enum broker_method way = BROKER_OWN_SOCKET; r >= 0 && way <= BROKER_MADE_SOCKET;
	     way++) {
		int error = tenant_bind(port);

		if (write(home, &error, sizeof(error)) != sizeof(error))
			return;
		if (error == 0)
			return;
	}
}

/* --- the judge: PID 1 in small -------------------------------------------------------------- */

struct trial {
	struct broker broker;
	int listener; /* -1: not known yet */
	int home;     /* what the tenant writes to */
	int tenant;   /* a pidfd: in a shared table, home does not end with the tenant */
};

/* Answer binds until the tenant has sent a number. 0 or -errno; -ECHILD: it is gone. */
static int trial_hear(struct trial *trial, int *ret_number)
{
	/* In this order: poll(2) finds what was written before the end, or the call, that it found.
	 */
	enum { TENANT, LISTENER, HOME };
	struct pollfd wait[] = { [TENANT] = { .fd = trial->tenant, .events = POLLIN },
				 [LISTENER] = { .fd = trial->listener, .events = POLLIN },
				 [HOME] = { .fd = trial->home, .events = POLLIN } };
	struct request request;
	int r = 0;

	while (r >= 0) {
		const int ready = poll(wait, 3, PATIENCE_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ready < 0 ? -errno : -ETIMEDOUT;
		if (wait[HOME].revents & POLLIN)
			return read(trial->home, ret_number, sizeof(int)) == sizeof(int) ? 0 : -EIO;
		if (wait[TENANT].revents)
			return -ECHILD;
		if (!(wait[LISTENER].revents & POLLIN))
			continue;
		r = request_receive(trial->listener, &request);
		if (r > 0)
			(void)request_answer(&request, broker_answer(&trial->broker, &request));
	}
	return r;
}

/* The tenant binds once for each way; whoever came before the first that works is named. */
static void trial_judge(struct trial *trial, struct finding *finding)
{
	int number = -ECHILD, r = trial_hear(trial, &number);

	if (r < 0) {
		finding_note(finding, "the trial process", -r);
		return;
	}
	if (number == -EBUSY) {
		(void)snprintf(
			finding->why, sizeof(finding->why),
			"an outer supervisor has the only seccomp listener, or there is none");
		return;
	}
	if (number < 0) {
		finding_note(finding, "seccomp", -number);
		return;
	}
	trial->listener = number;
	for (enum broker_method way = BROKER_OWN_SOCKET; way <= BROKER_MADE_SOCKET; way++) {
		trial->broker.method = way;
		(void)broker_start(&trial->broker); /* what fails without it is named */
		r = trial_hear(trial, &number);
		if (r == 0 && number == 0) {
			finding->method = way;
			return;
		}
		if (r < 0)
			finding_note(finding, "answering a bind", -r);
		else if (trial->broker.reason)
			finding_note(finding, trial->broker.reason, trial->broker.error);
		else
			finding_note(finding, "bind", number);
	}
}

static void trial_run(const struct broker_ports *ports, struct finding *finding)
{
	struct trial *trial = calloc(1, sizeof(*trial)); /* in a process that ends soon */
	const struct filter nothing = { 0 };
	const pid_t judge = getpid();
	struct filter filter;
	int home[2];
	int r = trial ? broker_open(&trial->broker, ports, BROKER_OWN_SOCKET) : -ENOMEM;

	if (r < 0) {
		finding_note(finding, "preparing a trial", -r);
		return;
	}
	r = filter_compose(&nothing, REPORT_BINDS | REPORT_STREAMS | REPORT_DATAGRAMS, NULL,
			   &filter);
	if (r < 0 || pipe2(home, O_CLOEXEC) < 0) {
		finding_note(finding, "preparing a trial", r < 0 ? -r : errno);
		return;
	}
	r = effect_fork(CLONE_FILES);
	if (r == 0) {
		tenant_run(&filter, port_choose(ports), judge, home[1]);
		_exit(EXIT_SUCCESS);
	}
	trial->listener = -1;
	trial->home = home[0];
	trial->tenant = r < 0 ? -1 : (int)syscall(SYS_pidfd_open, r, 0);
	if (trial->tenant < 0)
		finding_note(finding, r < 0 ? "clone" : "pidfd_open", r < 0 ? -r : errno);
	else
		trial_judge(trial, finding);
	if (r < 0)
		return;
	/* It shares our descriptors, and so would keep the listener that it waits for. */
	(void)kill(r, SIGKILL);	   /* it may have ended */
	(void)waitpid(r, NULL, 0); /* or PID 1 would inherit a zombie */
}

enum broker_method broker_probe(const struct broker_ports *ports, int (*drop)(void *context),
				void *context, char *ret_why, size_t why_size)
{
	struct finding finding = { 0 };
	int home[2];
	pid_t pid;

	if (pipe2(home, O_CLOEXEC) < 0) {
		(void)snprintf(ret_why, why_size, "pipe: %s", strerror(errno));
		return BROKER_NONE;
	}
	pid = effect_fork(0);
	if (pid == 0) {
		if (drop(context) != 0)
			_exit(EXIT_FAILURE);
		trial_run(ports, &finding);
		_exit(write(home[1], &finding, sizeof(finding)) == sizeof(finding) ? EXIT_SUCCESS
										   : EXIT_FAILURE);
	}
	(void)close(home[1]); /* the child's end */
	if (pid < 0 || read(home[0], &finding, sizeof(finding)) != sizeof(finding)) {
		finding.method = BROKER_NONE;
		(void)snprintf(
			finding.why, sizeof(finding.why),
			"the trial process could not be started, or not drop its privileges");
	}
	(void)close(home[0]);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0); /* ECHILD where SIGCHLD is ignored */
	(void)snprintf(ret_why, why_size, "%s", finding.why);
	return finding.method;
}
