#include "seccomp/compiler/graph.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS ((size_t)2 * GRAPH_MAX) /* a power of two */

bool graph_open(struct graph *ret_graph)
{
	*ret_graph = (struct graph){
		.nodes = calloc(GRAPH_MAX, sizeof(struct node)),
		.slots = calloc(SLOTS, sizeof(unsigned int)),
	};
	return ret_graph->nodes && ret_graph->slots;
}

void graph_free(struct graph *graph)
{
	free(graph->nodes);
	free(graph->slots);
	*graph = (struct graph){ 0 };
}

static bool node_equal(const struct node *a, const struct node *b)
{
	return a->is_return == b->is_return && a->action == b->action && a->offset == b->offset &&
	       a->mask == b->mask && a->value == b->value && a->jump == b->jump &&
	       a->yes == b->yes && a->no == b->no;
}

static size_t node_hash(const struct node *node)
{
	const uint32_t words[] = { node->action, node->offset, node->mask, node->value,
				   node->jump,	 node->yes,    node->no };
	uint32_t hash = node->is_return;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = (hash ^ words[i]) * 0x9e3779b1U; /* Fibonacci hashing: Knuth, TAOCP 6.4 */
	return hash ^ hash >> 15;
}

static unsigned int node_add(struct graph *graph, const struct node *node)
{
	size_t slot = node_hash(node) % SLOTS;

	for (; graph->slots[slot]; slot = (slot + 1) % SLOTS) {
		if (node_equal(&graph->nodes[graph->slots[slot] - 1], node))
			return graph->slots[slot] - 1;
	}
	if (graph->count == GRAPH_MAX) {
		graph->failed = true;
		return 0;
	}
	graph->nodes[graph->count] = *node;
	graph->slots[slot] = graph->count + 1;
	return graph->count++;
}

unsigned int graph_return(struct graph *graph, uint32_t action)
{
	return node_add(graph, &(struct node){ .is_return = true, .action = action });
}

enum truth test_judge(const struct node *test, const struct knowledge *known)
{
	uint32_t mask = test->mask, free_bits = mask & ~known->mask;
	uint32_t least = known->value & known->mask & mask, most = least | free_bits;

	switch (test->jump) {
	case BPF_JEQ:
		if ((least ^ test->value) & ~free_bits)
			return TRUTH_NO;
		return free_bits ? TRUTH_OPEN : TRUTH_YES;
	case BPF_JGT:
		if (least > test->value)
			return TRUTH_YES;
		return most > test->value ? TRUTH_OPEN : TRUTH_NO;
	case BPF_JGE:
		if (least >= test->value)
			return TRUTH_YES;
		return most >= test->value ? TRUTH_OPEN : TRUTH_NO;
	default: /* BPF_JSET */
		if (least & test->value)
			return TRUTH_YES;
		return (most & test->value) ? TRUTH_OPEN : TRUTH_NO;
	}
}

unsigned int graph_test(struct graph *graph, const struct node *test, unsigned int yes,
			unsigned int no)
{
	const struct knowledge nothing = { 0 };
	enum truth truth = test_judge(test, &nothing);
	struct node node = *test;

	if (truth != TRUTH_OPEN)
		return truth == TRUTH_YES ? yes : no;
	if (yes == no)
		return yes;
	node.yes = yes;
	node.no = no;
	return node_add(graph, &node);
}

unsigned int graph_reach(const struct graph *graph, unsigned int root, bool *reached)
{
	unsigned int count = 0;

	memset(reached, 0, graph->count * sizeof(*reached));
	reached[root] = true;
	for (unsigned int i = root + 1; i-- > 0;) {
		if (!reached[i])
			continue;
		count++;
		if (graph->nodes[i].is_return)
			continue;
		reached[graph->nodes[i].yes] = true;
		reached[graph->nodes[i].no] = true;
	}
	return count;
}
