/* address.h: the text of --listen and --allow-port, as socket addresses. systemd.socket(5) */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "init/plan.h"

/* "80", "127.0.0.1:80", "[::]:443", "udp:53", "unix:/run/app.sock": fills the address fields of
 * *ret and nothing else. Returns NULL, or a static text that says what is wrong with it. */
const char *address_parse(const char *text, struct listen_spec *ret);

/* "80" or "udp:53". NULL, or what is wrong. */
const char *port_parse(const char *text, struct port *ret);

#endif
