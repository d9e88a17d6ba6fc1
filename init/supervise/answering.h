/* answering.h: the thread that answers what the command asks (unotify/server.h), so that nothing
 * that the command can make a call wait for holds up signals and reaping.
 *
 * It alone touches descriptors of the command's, and where PID 1 is a broker it alone keeps
 * CAP_NET_BIND_SERVICE. One for each start, and nobody waits for it: it ends when nobody uses that
 * start's filter any more, and exit_group(2) waits for no thread. pthreads(7)
 */
#ifndef ANSWERING_H
#define ANSWERING_H

#include "init/sys/failure.h"
#include "init/unotify/unotify.h"

/* Answer what comes in at this listener, of a command that runs; -1: there is none, and nothing to
 * do. With all signals blocked; what we hold of capabilities the thread holds, too. */
const struct failure *answering_start(struct unotify *unotify, int listener);

#endif
