/* optimize.h: tests of arguments in a better form, which does the same. */
#ifndef OPTIMIZE_H
#define OPTIMIZE_H

#include "seccomp/compiler/graph.h"

/* How many nodes may be looked at for one program: about a second's. */
#define OPTIMIZE_WORK 100000000

/* What a node leads to with each word tested once where that can be: single values by a search,
 * masks as the exceptions to what is common. The work that it took is taken from work; when that is
 * used up it is the node itself.
 */
unsigned int graph_optimize(struct graph *graph, unsigned int node, size_t *work);

#endif
