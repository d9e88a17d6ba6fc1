/* ports.h: --allow-port: the ladder of ways in which the command may bind its low ports. */
#ifndef PORTS_H
#define PORTS_H

#include "init/unotify/broker.h"
#include "init/plan.h"
#include "init/privileges/drop.h"

enum port_rung {
	RUNG_FREE,	 /* no port was asked for, or none of them needs a capability */
	RUNG_HELD,	 /* nothing is dropped, and the command has the capability anyway */
	RUNG_BROKER,	 /* PID 1 binds for the command */
	RUNG_CAPABILITY, /* CAP_NET_BIND_SERVICE and only that, ambient */
	RUNG_MISSING,	 /* none holds */
};

struct port_choice {
	enum port_rung rung;
	enum bind_capability keeps; /* who keeps CAP_NET_BIND_SERVICE on it */
	enum broker_method method;  /* of RUNG_BROKER */
	unsigned free_from;	    /* the first port that needs no capability */
	char text[384];		    /* which it is and why, or what is missing and what to do */
};

struct run;
struct outlook;

/* Choose the first rung that holds here for the plan's ports. Both change nothing; run says on -v
 * which it is. */
void ports_check(struct run *run, struct outlook *outlook);
const struct failure *ports_run(struct run *run);

#endif
