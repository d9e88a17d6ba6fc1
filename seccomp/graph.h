/* graph.h: a program as a graph of tests, in which equal parts are one part. */
#ifndef GRAPH_H
#define GRAPH_H

#include "seccomp/program.h"

/* A return, or a test of one 32-bit word of struct seccomp_data: (word & mask) COMPARISON value. */
struct node {
	bool is_return;
	uint32_t action; /* a return's */
	uint32_t offset; /* of the word */
	uint32_t mask, value;
	uint16_t jump; /* BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET */
	unsigned int yes, no;
};

#define GRAPH_MAX 16384

/* Nodes refer to each other by index; a node's yes and no are always below it. */
struct graph {
	struct node *nodes; /* owned */
	unsigned int count;
	bool failed; /* out of memory or of GRAPH_MAX: results are worth nothing */
};

/* The node that returns an action, or makes a test: an old one if there is one that does the same.
 */
unsigned int graph_return(struct graph *graph, uint32_t action);
unsigned int graph_test(struct graph *graph, const struct node *test, unsigned int yes,
			unsigned int no);

/* Read a checked program into an empty graph. False when it computes in ways that tests cannot say,
 * or is too large; else its root. The caller frees the graph in any case.
 */
bool graph_read(struct graph *graph, const struct program *program, unsigned int *ret_root);

/* What is known of a word: the bits in mask are those of value. */
struct knowledge {
	uint32_t mask, value;
};

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_OPEN };

/* How a test ends, given what is known of its word. */
enum verdict test_judge(const struct node *test, const struct knowledge *known);

void graph_free(struct graph *graph);

#endif
