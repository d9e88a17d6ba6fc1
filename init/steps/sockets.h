/* sockets.h: --listen: sockets bound before the drop, for a command that takes LISTEN_FDS.
 * systemd.socket(5), sd_listen_fds(3) */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "init/plan.h"

/* Bind every listen of the plan, to the descriptors from first_slot on: the numbers that the
 * command will see them under. They are close-on-exec until the command starts. Unix sockets have
 * their owner and mode before anyone can connect. Needs CAP_NET_BIND_SERVICE for a low port,
 * CAP_CHOWN for another owner. Dies, naming the address and what is missing. */
void sockets_bind(const struct plan *plan, int first_slot);

/* 0 where binding this one would work now, else its errno. An address of the network is tried, and
 * let go again; of a unix socket only its place is looked at. */
int sockets_try(const struct listen_spec *spec);

/* What to do about the errno of a bind: " (...)", or "". */
const char *sockets_advice(const struct listen_spec *spec, int error);

#endif
