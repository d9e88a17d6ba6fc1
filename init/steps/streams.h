/* streams.h: the standard streams and whatever else is open: what of it the command gets, and what
 * would be a way out for it. */
#ifndef STREAMS_H
#define STREAMS_H

#include "init/steps/step.h"

/* Before stepping down: refuse a working folder, standard stream or socket that is a way out of the
 * root (CVE-2024-21626): a folder that is not below it, or any folder at all where there should be
 * a stream or a socket. Then give the user the pipes and terminals that are its standard streams,
 * for without it opening /dev/stdout again is refused (moby#31243). That needs CAP_CHOWN; a stream
 * that cannot be given is said on -v and left as it is. */
void streams_check(struct run *run, struct outlook *outlook);
const struct failure *streams_run(struct run *run);

#endif
