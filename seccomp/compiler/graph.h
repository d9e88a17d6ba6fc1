/* graph.h: a program as a graph of tests, in which equal parts are one part. */
#ifndef GRAPH_H
#define GRAPH_H

#include "seccomp/filter/program.h"

/* A return, or a test of one 32-bit word of struct seccomp_data: (word & mask) COMPARISON value. */
struct node {
	bool is_return;
	uint16_t jump;	 /* BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET */
	uint32_t action; /* a return's */
	uint32_t offset; /* of the word */
	uint32_t mask, value;
	unsigned int yes, no;
};

#define GRAPH_MAX 16384

/* Nodes refer to each other by index; a node's yes and no are always below it. */
struct graph {
	struct node *nodes;  /* owned */
	unsigned int *slots; /* owned: a hash table of the nodes' indexes, plus 1; 0 is free */
	unsigned int count;
	bool failed; /* out of memory or of GRAPH_MAX: results are worth nothing */
};

/* False when memory ran out. The caller frees the graph in any case. */
bool graph_open(struct graph *ret_graph);
void graph_free(struct graph *graph);

/* The node that returns an action, or makes a test: an old one if there is one that does the same.
 */
unsigned int graph_return(struct graph *graph, uint32_t action);
unsigned int graph_test(struct graph *graph, const struct node *test, unsigned int yes,
			unsigned int no);

/* Mark in reached, which has room for count flags, what can be reached from a node. Returns how
 * many nodes that are.
 */
unsigned int graph_reach(const struct graph *graph, unsigned int root, bool *reached);

/* What is known of a word: the bits in mask are those of value. */
struct knowledge {
	uint32_t mask, value;
};

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_OPEN };

/* How a test ends, given what is known of its word. */
enum truth test_judge(const struct node *test, const struct knowledge *known);

#endif
