/* drop-init: the init for containers that drops root. This file is the list of its steps. */
#include "init/cli/check.h"
#include "init/supervise/spawn.h"
#include "init/steps/command.h"
#include "init/steps/descriptors.h"
#include "init/steps/chown.h"
#include "init/privileges/user.h"
#include "init/steps/install.h"
#include "init/steps/untrusted_links.h"
#include "init/supervise/lockdown.h"
#include "init/sys/message.h"
#include "init/cli/options.h"
#include "init/steps/ports.h"
#include "init/privileges/drop.h"
#include "init/filter/profile.h"
#include "init/supervise/loop.h"
#include "init/steps/sockets.h"
#include "init/steps/start.h"
#include "init/unotify/server.h"
#include "init/steps/writable.h"

#include <unistd.h>

int main(int argc, char **argv)
{
	static struct server server; /* large, and mostly untouched */
	const struct inherited inherited = start_safely();
	const int first_socket = LISTEN_FDS_START + inherited.sockets;
	struct plan plan;
	struct port_choice ports;
	struct filter profile;
	struct command command;
	struct loop loop;
	int status;

	/* Until all of this is good, nothing is changed. */
	options_parse(argc, argv, environ, &plan);
	if (plan.install && !plan.check)
		install_self(plan.install);
	identity_resolve(&plan);
	plan_check(&plan);
	ports_choose(&plan, &ports);
	profile_load(&plan, ports.keeps, &profile);
	if (plan.drops) {
		descriptors_require(inherited.sockets);
		links_require(&plan);
	}
	if (plan.check)
		return check_print(&plan, &ports, &profile);
	privileges_require(&plan);
	ports_require(&plan, &ports);
	command_locate(plan.command[0], &command);
	server_prepare(&plan, &ports, &profile, command.path, &server);

	/* What may need root. */
	if (plan.drops)
		descriptors_give_streams(plan.identity.uid);
	start_set_umask(plan.umask);
	chown_paths(&plan); /* before there is a socket in a folder, with an owner of its own */
	server_make_room(&server, first_socket + (int)plan.listen_count);
	sockets_bind(&plan, first_socket);

	/* From here there is no way back. */
	privileges_drop(&plan, ports.keeps, server.filter.program.len);
	start_watch_parent(plan.parent_death_signal, inherited.parent);
	writable_require(&plan);

	command_prepare(&plan, &inherited, &command);
	server_arm(&server, &command);
	if (plan.drops)
		descriptors_seal(command.sockets);
	if (plan.exec)
		child_become(&command);
	loop_prepare(&plan, &server, &loop);
	child_start(&command, &loop.child);
	server_start(&server, loop.child.listener);
	if (ports.keeps == BIND_COMMAND)
		privileges_give_up();
	if (plan.drops || command.filter.program.len)
		lockdown_enter(server.reports);
	status = loop_run(&loop);
	server_finish(&server);
	return status;
}
