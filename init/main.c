/* drop-init: the init for containers that drops root. This file is the list of its steps. */
#include "init/check.h"
#include "init/child.h"
#include "init/command.h"
#include "init/descriptors.h"
#include "init/give.h"
#include "init/identity.h"
#include "init/install.h"
#include "init/layout.h"
#include "init/links.h"
#include "init/lockdown.h"
#include "init/message.h"
#include "init/options.h"
#include "init/ports.h"
#include "init/privileges.h"
#include "init/profile.h"
#include "init/reaper.h"
#include "init/resident.h"
#include "init/sockets.h"
#include "init/start.h"
#include "init/supervisor.h"
#include "init/writable.h"

#include <unistd.h>

int main(int argc, char **argv)
{
	static LARGE_BEGINNING_USED struct supervisor
		supervisor; /* untouched zeroes take no memory */
	const struct inherited inherited = start_safely();
	const int first_socket = LISTEN_FDS_START + inherited.sockets;
	struct plan plan;
	struct port_choice ports;
	struct filter profile;
	struct command command;
	struct reaper reaper;
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
	supervisor_prepare(&plan, &ports, &profile, command.path, &supervisor);

	/* What may need root. */
	if (plan.drops)
		descriptors_give_streams(plan.identity.uid);
	start_set_umask(plan.umask);
	give_paths(&plan); /* before there is a socket in a folder, with an owner of its own */
	supervisor_make_room(&supervisor, first_socket + (int)plan.listen_count);
	sockets_bind(&plan, first_socket);

	/* From here there is no way back. */
	privileges_drop(&plan, ports.keeps, supervisor.filter.program.len);
	start_watch_parent(plan.parent_death_signal, inherited.parent);
	writable_require(&plan);

	command_prepare(&plan, &inherited, &command);
	supervisor_arm(&supervisor, &command);
	if (plan.drops)
		descriptors_seal(command.sockets);
	if (plan.exec)
		child_become(&command);
	reaper_prepare(&plan, &supervisor, &reaper);
	child_start(&command, &reaper.child);
	supervisor_start(&supervisor, reaper.child.listener);
	if (ports.keeps == BIND_COMMAND)
		privileges_give_up();
	if (plan.drops || command.filter.program.len)
		lockdown_enter(supervisor.reports);
	resident_shrink();
	status = reaper_run(&reaper);
	supervisor_finish(&supervisor);
	return status;
}
