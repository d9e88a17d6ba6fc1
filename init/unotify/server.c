#include "init/unotify/server.h"

#include "init/sys/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not a system call: the place of "its bind was not brokered" among what has been said once. */
#define UNBROKERED (-1)

/* --- before the command ----------------------------------------------------------------------- */

static unsigned reports_choose(const struct plan *plan, const struct port_choice *ports,
			       const struct filter *profile)
{
	unsigned reports = 0;

	if (plan->exec)
		return 0; /* nobody is left to answer */
	if (ports->rung == RUNG_BROKER)
		reports |= REPORT_BINDS;
	if (ports->rung == RUNG_BROKER && ports->means == BROKER_FRESH_SOCKET)
		reports |= REPORT_OPTIONS;
	if (plan->record)
		reports |= REPORT_CALLS;
	else if (profile->program.len && message_wanted(MESSAGE_WARNING))
		reports |= REPORT_DENIALS;
	return reports;
}

static const char *compose_reason(int error)
{
	switch (error) {
	case EBUSY:
		return "it notifies a supervisor of its own (SCMP_ACT_NOTIFY), and the command can have "
		       "only one";
	case EACCES:
		return "it refuses bind(2) or setsockopt(2), or judges them by their arguments, which "
		       "leaves no place for --allow-port's broker (use --port-method capability)";
	case E2BIG:
		return "it is longer than the 4096 instructions that the kernel takes";
	default:
		return strerror(error);
	}
}

/* A profile that notifies somebody else can be loaded as it is if we ask for nothing. */
static void server_compose(struct server *s, const struct filter *profile)
{
	struct syscall_set silent;
	int r;

	if (s->reports & REPORT_CALLS)
		record_silence(&s->record, &silent);
	r = filter_compose(profile, s->reports, &silent, &s->filter);
	if (r == -E2BIG && s->reports == REPORT_DENIALS)
		r = filter_compose(profile, s->reports = 0, &silent, &s->filter);
	if (r < 0)
		die("the seccomp profile '%s' cannot be loaded: %s", profile->name,
		    compose_reason(-r));
}

void server_prepare(const struct plan *plan, const struct port_choice *ports,
		    const struct filter *profile, const char *command, struct server *ret_server)
{
	struct server *s = ret_server;
	const struct broker_ports list = { plan->ports, plan->port_count, ports->free_from };
	const char *wrong;
	int r;

	s->listener = -1;
	s->reports = reports_choose(plan, ports, profile);
	s->denials.profile = profile;
	if (s->reports & REPORT_BINDS) {
		r = broker_open(&s->broker, &list, ports->means);
		if (r < 0)
			die("--allow-port: the broker cannot start: %s", strerror(-r));
	}
	if (s->reports & REPORT_CALLS) {
		wrong = record_open(&s->record, plan->record);
		if (wrong)
			die("--record %s: cannot record into it: %s", plan->record, wrong);
		record_expect_loader(&s->record, command);
	}
	if (s->reports || profile->program.len)
		server_compose(s, profile);
}

void server_make_room(struct server *server, int first_free)
{
	struct record *record = &server->record;
	int fd;

	if (!(server->reports & REPORT_CALLS) || record->file >= first_free)
		return;
	fd = fcntl(record->file, F_DUPFD_CLOEXEC, first_free);
	if (fd < 0) /* EINVAL is the limit, too. fcntl(2) */
		die("--record %s: cannot keep it open: %s (raise the limit of open files)",
		    record->path, strerror(errno == EINVAL ? EMFILE : errno));
	(void)close(record->file); /* fd is the same */
	record->file = fd;
}

void server_arm(const struct server *server, struct command *command)
{
	command->filter = server->filter;
	command->listener_wanted = server->reports && filter_reports(&server->filter);
	command->listener_needed = server->reports & ~(unsigned)REPORT_DENIALS;
	command->sheds_capabilities = server->reports & REPORT_BINDS;
}

void server_start(struct server *server, int listener)
{
	server->listener = listener;
	filter_release(&server->filter);
	if (listener < 0 && server->reports)
		message(MESSAGE_INFO, "denials are not explained: an outer supervisor has the only "
				      "seccomp listener that there can be");
	if (listener < 0)
		return;
	listener_hurry(listener);
}

/* --- while it runs ---------------------------------------------------------------------------- */

/* The command gets the kernel's EACCES; here is why. */
static void bind_explain(struct server *s, const struct request *request)
{
	const char *program;
	pid_t pid;

	if (!s->broker.obstacle)
		return;
	program = denial_first(&s->denials, request, UNBROKERED, &pid);
	if (program)
		message(MESSAGE_WARNING, "%s[%d]: its bind(2) is left to the kernel: %s: %s",
			program, (int)pid, s->broker.obstacle, strerror(s->broker.error));
}

static struct answer answer_find(struct server *s, const struct request *request)
{
	const struct seccomp_data *call = &request->notif.data;
	const int number = call->arch == FILTER_ARCH ? call->nr : -1;
	struct answer answer;

	if (s->reports & REPORT_CALLS)
		record_note(&s->record, call);
	if (s->reports & REPORT_BINDS && number == SYS_bind) {
		answer = broker_bind(&s->broker, request);
		bind_explain(s, request);
		return answer;
	}
	if (s->reports & REPORT_OPTIONS && number == SYS_setsockopt)
		return broker_option(&s->broker, request);
	if (s->reports & REPORT_CALLS)
		return ANSWER_CARRY_ON;
	return denial_answer(&s->denials, request);
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
		server->listener = -1;
	}
}

void server_finish(struct server *server)
{
	int r = server->reports & REPORT_CALLS ? record_write(&server->record) : 0;

	if (r < 0)
		die("--record %s: cannot write it: %s", server->record.path, strerror(-r));
}
