#include "seccomp/squeeze.h"

#include "seccomp/cases.h"
#include "seccomp/emit.h"

#include <stddef.h>
#include <stdlib.h>

#define OFFSET_NUMBER (uint32_t) offsetof(struct seccomp_data, nr)
#define OFFSET_ARCH   (uint32_t) offsetof(struct seccomp_data, arch)

#define EDGES_MAX 2048 /* values at which a word's treatment may change */
#define WORK_MAX  400000

struct edges {
	uint32_t list[EDGES_MAX];
	size_t count;
	bool failed;
};

static void edge_add(struct edges *edges, uint32_t value)
{
	for (size_t i = 0; i < edges->count; i++) {
		if (edges->list[i] == value)
			return;
	}
	if (edges->count == EDGES_MAX)
		edges->failed = true;
	else
		edges->list[edges->count++] = value;
}

/* Every value at which a test of a word may change its mind. */
static void edges_collect(const struct graph *graph, uint32_t offset, struct edges *edges)
{
	/* from the root down, so that what is tested first comes first */
	for (unsigned int i = graph->count; i-- > 0;) {
		const struct node *node = &graph->nodes[i];

		if (node->is_return || node->offset != offset)
			continue;
		if (node->mask != UINT32_MAX || node->jump == BPF_JSET ||
		    (offset == OFFSET_ARCH && node->jump != BPF_JEQ))
			edges->failed = true;
		if (node->jump != BPF_JGT)
			edge_add(edges, node->value);
		if (node->jump != BPF_JGE && node->value != UINT32_MAX)
			edge_add(edges, node->value + 1);
	}
	edge_add(edges, 0);
}

static int edge_compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* A balanced tree over ranges: range i starts at edges[i] and goes on at nodes[i]. */
static unsigned int ranges_build(struct squeezer *squeezer, const uint32_t *edges,
				 const unsigned int *nodes, size_t count)
{
	size_t middle = count / 2;
	struct node test = { .offset = OFFSET_NUMBER, .mask = UINT32_MAX, .jump = BPF_JGE };
	unsigned int yes, no;

	if (count == 1)
		return nodes[0];
	test.value = edges[middle];
	no = ranges_build(squeezer, edges, nodes, middle);
	yes = ranges_build(squeezer, edges + middle, nodes + middle, count - middle);
	return graph_test(&squeezer->graph, &test, yes, no);
}

/* The numbers of one architecture, from a node that knows which one it is. */
static unsigned int numbers_squeeze(struct squeezer *squeezer, unsigned int root,
				    const struct edges *edges)
{
	uint32_t *starts = calloc(edges->count, sizeof(*starts));
	unsigned int *nodes = calloc(edges->count, sizeof(*nodes));
	size_t count = 0;

	for (size_t i = 0; starts && nodes && i < edges->count; i++) {
		struct knowledge known = { UINT32_MAX, edges->list[i] };
		unsigned int node = node_restrict(squeezer, root, OFFSET_NUMBER, &known);

		node = node_squeeze(squeezer, node);
		if (count > 0 && nodes[count - 1] == node)
			continue;
		starts[count] = edges->list[i];
		nodes[count++] = node;
	}
	if (!count)
		squeezer->failed = true;
	else
		root = ranges_build(squeezer, starts, nodes, count);
	free(starts);
	free(nodes);
	return root;
}

/* All architectures: those that the program tests for one by one, and all others together. */
static unsigned int arches_squeeze(struct squeezer *squeezer, unsigned int root,
				   const struct edges *arches, const struct edges *numbers)
{
	unsigned int result = 0;
	bool first = true;

	/* an edge is either such an architecture or, being 0 or one more, like all others */
	for (size_t i = arches->count; i-- > 0;) {
		struct knowledge known = { UINT32_MAX, arches->list[i] };
		struct node test = { .offset = OFFSET_ARCH,
				     .mask = UINT32_MAX,
				     .value = arches->list[i],
				     .jump = BPF_JEQ };
		unsigned int node = node_restrict(squeezer, root, OFFSET_ARCH, &known);

		if (squeezer->failed)
			return 0;
		node = numbers_squeeze(squeezer, node, numbers);
		result = first ? node : graph_test(&squeezer->graph, &test, node, result);
		first = false;
	}
	return result;
}

static bool graph_squeeze(struct squeezer *squeezer, unsigned int root, struct program *ret_program)
{
	struct {
		struct edges arches, numbers;
	} *edges = calloc(1, sizeof(*edges));
	bool done = false;

	if (!edges)
		return false;
	edges_collect(&squeezer->graph, OFFSET_ARCH, &edges->arches);
	edges_collect(&squeezer->graph, OFFSET_NUMBER, &edges->numbers);
	qsort(edges->numbers.list, edges->numbers.count, sizeof(uint32_t), edge_compare);
	if (!edges->arches.failed && !edges->numbers.failed) {
		root = arches_squeeze(squeezer, root, &edges->arches, &edges->numbers);
		done = !squeezer->failed && !squeezer->graph.failed &&
		       graph_emit(&squeezer->graph, root, ret_program);
	}
	free(edges);
	return done;
}

bool program_squeeze(const struct program *program, struct program *ret_program)
{
	struct squeezer squeezer = { .work = WORK_MAX };
	struct program result = { 0 };
	unsigned int root;
	bool done = false;

	if (graph_read(&squeezer.graph, program, &root)) {
		squeezer.read = squeezer.graph.count;
		squeezer.done = calloc(squeezer.read, sizeof(*squeezer.done));
		done = squeezer.done && graph_squeeze(&squeezer, root, &result);
	}
	free(squeezer.done);
	graph_free(&squeezer.graph);
	if (!done || result.count >= program->count) {
		program_free(&result);
		return false;
	}
	*ret_program = result;
	return true;
}
