/* plan.h: what was asked for, as data: text becomes a plan, and every step reads the plan.
 *
 * options_parse() fills it from the command line and the environment, user_resolve() turns names
 * into numbers; from then on it is const. It holds no descriptors, and --check prints it. What it
 * points to lives as long as the process.
 */
#ifndef PLAN_H
#define PLAN_H

#include "init/sys/failure.h"
#include "init/sys/signals.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>

#define SIGNAL_COUNT 65 /* signals are 1 to 64; SIG 0 as a target means "drop it" */
#define MODE_UNSET   ((mode_t)-1)
#define TWIN_PREFIX                                                                                \
	"DROP_INIT_" /* of the variables that stand for options; none reaches the command */

/* "USER[:GROUP]" as typed, and once resolved as numbers. */
struct owner {
	const char *text; /* NULL: the user of the plan */
	uid_t uid;
	gid_t gid;
};

/* A port that the command may bind, on every address. */
struct port {
	uint16_t number;
	bool udp;
};

/* One --listen: a socket bound before the drop and passed as LISTEN_FDS. */
struct listen_spec {
	const char *text; /* as typed, for messages */
	struct sockaddr_storage address;
	socklen_t address_length;
	int type; /* SOCK_STREAM or SOCK_DGRAM */
	const char *name;
	const char *device;
	int backlog;
	int v6only;	  /* -1: the kernel's default */
	int defer_accept; /* seconds; 0: off */
	bool reuseport, nodelay, nonblock, keepalive, freebind;
	struct owner owner; /* unix sockets only, as mode */
	mode_t mode;	    /* MODE_UNSET: 0777 less the umask */
};

/* One --chown: PATH and all below it become the owner's. */
struct chown_spec {
	const char *text; /* as typed, for messages */
	const char *path;
	struct owner owner;
	mode_t mode; /* of PATH itself; MODE_UNSET: as it is */
	bool root_mismatch, mkdir, optional, hardlinks;
};

/* One NAME=SOFT:HARD of --limit. setrlimit(2) */
struct limit_spec {
	const char *name;
	int resource;
	struct rlimit limit;
};

/* A list of strings that options add to. */
struct strings {
	const char **at;
	size_t count;
};

enum port_method { PORTS_AUTO, PORTS_BROKER, PORTS_CAPABILITY };

/* The identity to step down to, resolved. */
struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary groups, sorted, without duplicates */
	size_t group_count;
	const char *name; /* NULL: no entry in the passwd file */
	const char *home;
	const struct failure *unresolved; /* why it is not known; NULL: all of this is valid */
};

/* Which ends of a helper are followed by another start. */
enum restart { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };

/* What only the plan of a helper has: a line of --with or --with-file. */
struct helper_spec {
	const char *name; /* NULL: it is no helper, but the command */
	const char *file; /* NULL; else no plan, but the place of those of this --with-file */
	bool in_file;	  /* its line is one of those */
	bool once, optional, together, ready_notify;
	unsigned every_ms; /* 0: not by time */
	enum restart restart;
	bool restart_given;
};

/* One --with, or one --with-file, in the order in which they were typed. */
struct line_source {
	const char *text; /* of --with; NULL: it is a file */
	const char *file;
};

/* What was asked to be printed, instead of a start. */
struct print_request {
	const char *text; /* NULL: nothing */
	int fd, status;	  /* of the exit */
};

/* What is to be done with what the running PID 1 looks after, instead of a start. */
struct control_request {
	bool asked, status, restarts;
	int signal;	  /* 0: none */
	const char *name; /* of the helper; NULL: it is the operand */
};

struct plan {
	char **command;	      /* argv of the command, NULL-terminated */
	bool command_is_line; /* it is the line called "web", as there is no operand */

	/* identity */
	const char *user;      /* --user as typed; NULL: stay who we are */
	const char *user_from; /* --user-from */
	const char *groups;    /* --groups */
	bool drops;	       /* an identity was asked for, and with it all that --user brings */
	bool becomes;	       /* gosu's way: take the identity on, and leave all else as it is */
	struct identity identity; /* valid with either */
	mode_t umask;		  /* MODE_UNSET: as it is */
	bool allow_new_privs;
	struct limit_spec *limits;
	size_t limit_count;

	/* surroundings */
	const char *chdir;
	struct strings environment; /* NAME=VALUE */
	struct strings file_env;    /* names and patterns */
	struct strings hidden;	    /* those of all plans: their NAME_FILE is for nobody */
	bool expand;
	char **default_command; /* NULL: none */

	/* sockets and ports */
	struct listen_spec *listens;
	size_t listen_count;
	struct port *ports;
	size_t port_count;
	enum port_method port_method;

	/* files */
	struct chown_spec *chowns;
	size_t chown_count;
	struct strings writables;

	/* filter */
	const char *seccomp; /* as typed; NULL: "default" with --user, else none */
	const char *record;

	/* signals and the end */
	uint8_t rewrite[SIGNAL_COUNT]; /* what to forward for each signal; 0: nothing */
	signal_mask stop_signals;      /* which ask for the end, as received */
	int stop_signal;	       /* the first of them: what an end of our own begins with */
	bool remap_exit[256];
	bool group, warn_on_reap;
	bool subreaper;	       /* be one where we are not PID 1 */
	bool leaves_survivors; /* where we are not PID 1: what outlives the command is not ended */
	bool session;	       /* the command gets a session of its own, and in it our terminal */
	bool leaves_first;     /* we are in / before the command starts, not just after */
	bool suspends;	       /* what the terminal stops the command with stops us as well */
	int parent_death_signal; /* 0: none */
	unsigned stop_delay_ms, stop_timeout_ms;

	/* manners */
	bool exec, check;
	bool shell_fallback; /* /bin/sh runs a script without #!, as with execvp(3) */
	int verbosity;	     /* -1: errors only, 0, 1, 2… */
	bool json;
	const char *install;
	bool pause; /* catatonit -P: nothing is started */
	struct print_request print;
	struct control_request control;

	/* helpers beside the command */
	struct line_source *lines;
	size_t line_count;
	struct helper_spec helper;
	struct plan *helpers; /* in their order */
	size_t helper_count;
};

/* Is it not for a start, but for something else to be done instead? */
bool plan_is_request(const struct plan *plan);

/* Does it ask for what cannot go together? */
const struct failure *plan_check(const struct plan *plan);

/* Will the command, or the helper, run under a filter? */
bool plan_has_filter(const struct plan *plan);

/* Is it to have one, and not the no_new_privs that it takes? */
bool plan_filter_is_barred(const struct plan *plan);

#endif
