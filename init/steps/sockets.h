/* sockets.h: --listen: sockets bound before the drop, for a command that takes LISTEN_FDS.
 * systemd.socket(5), sd_listen_fds(3)
 *
 * They get the descriptors that the command will see them under, behind the inherited ones, and are
 * close-on-exec until it starts. Unix sockets have their owner and mode before anyone can connect.
 * Needs CAP_NET_BIND_SERVICE for a low port, CAP_CHOWN for another owner. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "init/steps/step.h"

#define ADDRESS_TEXT_SIZE 160

/* The address as people write it, for messages: "0.0.0.0:80", "[::]:443", "/run/app.sock". */
const char *address_format(const struct listen_spec *spec, char buffer[ADDRESS_TEXT_SIZE]);

/* An address of the network is tried, and let go again; of a unix socket only its place is looked
 * at. */
void sockets_check(struct run *run, struct outlook *outlook);
const struct failure *sockets_run(struct run *run);

#endif
