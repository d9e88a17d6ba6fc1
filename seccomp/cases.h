/* cases.h: tests of one word in a better form: the exceptions, and then what is common. */
#ifndef CASES_H
#define CASES_H

#include "seccomp/graph.h"

struct squeezer {
	struct graph graph;
	unsigned int
		*done;	   /* for each node that the program was read to: its better form, plus 1 */
	unsigned int read; /* how many those are */
	size_t work;	   /* steps left before this is given up as too hard */
	bool failed;
};

/* The graph from a node on, for what is known of one word: its tests are decided where they can be.
 */
unsigned int node_restrict(struct squeezer *squeezer, unsigned int index, uint32_t offset,
			   const struct knowledge *known);

/* The graph from a node on, in a form that does the same with fewer tests, where there is one. */
unsigned int node_squeeze(struct squeezer *squeezer, unsigned int index);

#endif
