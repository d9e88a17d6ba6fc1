/* ranges.h: the values of one word, in ranges that go on at different nodes, as a search. */
#ifndef RANGES_H
#define RANGES_H

#include "seccomp/compiler/graph.h"

/* From start up to the next range's start. */
struct range {
	uint32_t start;
	unsigned int node;
};

/* A search of count ranges, of which the first starts at 0: by halves that cost the same, and with
 * a comparison each for a few single values. Neighbours that go on at one node count as one range.
 */
unsigned int ranges_search(struct graph *graph, uint32_t offset, struct range *ranges,
			   size_t count);

/* A search of single values, sorted, and what all others go on at. */
unsigned int singles_search(struct graph *graph, uint32_t offset, const struct range *singles,
			    size_t count, unsigned int otherwise);

/* For qsort(3): by start. */
int range_compare(const void *a, const void *b);

#endif
