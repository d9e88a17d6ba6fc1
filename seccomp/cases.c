#include "seccomp/cases.h"

#include <stdlib.h>

#define CUBES_MAX 512 /* parts that a word's values fall into */

/* Values of a word that share the bits in known.mask, and the node that goes on for them. */
struct cube {
	struct knowledge known;
	unsigned int node;
};

struct cubes {
	struct cube list[CUBES_MAX];
	size_t count;
	bool failed;
};

static bool work_left(struct squeezer *squeezer)
{
	if (squeezer->work == 0 || squeezer->graph.failed)
		squeezer->failed = true;
	else
		squeezer->work--;
	return !squeezer->failed;
}

/* The graph from a node on, for what is known of one word: its tests are decided where they can be.
 */
unsigned int node_restrict(struct squeezer *squeezer, unsigned int index, uint32_t offset,
			   const struct knowledge *known)
{
	struct node node = squeezer->graph.nodes[index];
	enum verdict verdict = VERDICT_OPEN;
	unsigned int yes, no;

	if (node.is_return || !work_left(squeezer))
		return index;
	if (node.offset == offset)
		verdict = test_judge(&node, known);
	if (verdict != VERDICT_OPEN)
		return node_restrict(squeezer, verdict == VERDICT_YES ? node.yes : node.no, offset,
				     known);
	yes = node_restrict(squeezer, node.yes, offset, known);
	no = node_restrict(squeezer, node.no, offset, known);
	return graph_test(&squeezer->graph, &node, yes, no);
}

/* The highest bit of a test's word that is not known and that the test looks at. */
static uint32_t bit_choose(const struct node *test, const struct knowledge *known)
{
	uint32_t bits = test->mask & ~known->mask;

	if (test->jump == BPF_JSET)
		bits &= test->value;
	return bits ? 1U << (31 - __builtin_clz(bits)) : 0;
}

/* Divide a word's values, from what is known of it, until each part goes on at one node. */
static void cubes_divide(struct squeezer *squeezer, unsigned int index, uint32_t offset,
			 struct knowledge known, struct cubes *cubes)
{
	struct node node = squeezer->graph.nodes[index];

	while (!node.is_return && node.offset == offset) {
		enum verdict verdict = test_judge(&node, &known);

		if (verdict == VERDICT_OPEN) {
			uint32_t bit = bit_choose(&node, &known);
			struct knowledge set = { known.mask | bit, known.value | bit };
			struct knowledge clear = { known.mask | bit, known.value };

			if (!work_left(squeezer) || cubes->failed)
				return;
			cubes_divide(squeezer, index, offset, set, cubes);
			cubes_divide(squeezer, index, offset, clear, cubes);
			return;
		}
		index = verdict == VERDICT_YES ? node.yes : node.no;
		node = squeezer->graph.nodes[index];
	}
	if (cubes->count == CUBES_MAX) {
		cubes->failed = true;
		return;
	}
	index = node_restrict(squeezer, index, offset, &known);
	cubes->list[cubes->count++] = (struct cube){ .known = known, .node = index };
}

/* The node that most parts go on at. */
static unsigned int cubes_common(const struct cubes *cubes)
{
	unsigned int best = cubes->list[0].node;
	size_t most = 0;

	for (size_t i = 0; i < cubes->count; i++) {
		size_t same = 0;

		for (size_t j = 0; j < cubes->count; j++)
			same += cubes->list[j].node == cubes->list[i].node;
		if (same > most) {
			most = same;
			best = cubes->list[i].node;
		}
	}
	return best;
}

/* How many tests in a row, each the no of the one before, look at a word. */
static size_t tests_count(const struct graph *graph, unsigned int index, uint32_t offset)
{
	const struct node *node = &graph->nodes[index];
	size_t count = 0;

	for (; !node->is_return && node->offset == offset; node = &graph->nodes[node->no])
		count++;
	return count;
}

/* A test for each part that is an exception, single values last, so that they come first. */
static unsigned int exceptions_build(struct squeezer *squeezer, const struct cubes *cubes,
				     uint32_t offset, unsigned int common)
{
	unsigned int result = node_squeeze(squeezer, common);

	for (int single = 0; single < 2; single++) {
		for (size_t i = 0; i < cubes->count; i++) {
			const struct cube *cube = &cubes->list[i];
			struct node test = {
				.offset = offset,
				.mask = cube->known.mask,
				.value = cube->known.value & cube->known.mask,
				.jump = BPF_JEQ,
			};

			if (cube->node == common || (test.mask == UINT32_MAX) != single)
				continue;
			result = graph_test(&squeezer->graph, &test,
					    node_squeeze(squeezer, cube->node), result);
		}
	}
	return result;
}

/* A test of an argument and those behind it, in a better form when there is one. */
static unsigned int test_squeeze(struct squeezer *squeezer, unsigned int index)
{
	struct node node = squeezer->graph.nodes[index];
	struct cubes *cubes = calloc(1, sizeof(*cubes));
	unsigned int yes, no;

	if (!cubes) {
		squeezer->failed = true;
		return index;
	}
	cubes_divide(squeezer, index, node.offset, (struct knowledge){ 0 }, cubes);
	if (!squeezer->failed && !cubes->failed) {
		const unsigned int common = cubes_common(cubes);
		size_t exceptions = 0;

		for (size_t i = 0; i < cubes->count; i++)
			exceptions += cubes->list[i].node != common;
		if (exceptions <= tests_count(&squeezer->graph, index, node.offset)) {
			index = exceptions_build(squeezer, cubes, node.offset, common);
			free(cubes);
			return index;
		}
	}
	free(cubes);
	yes = node_squeeze(squeezer, node.yes);
	no = node_squeeze(squeezer, node.no);
	return graph_test(&squeezer->graph, &node, yes, no);
}

unsigned int node_squeeze(struct squeezer *squeezer, unsigned int index)
{
	unsigned int result;

	if (squeezer->graph.nodes[index].is_return || !work_left(squeezer))
		return index;
	if (index < squeezer->read && squeezer->done[index])
		return squeezer->done[index] - 1;
	result = test_squeeze(squeezer, index);
	if (index < squeezer->read)
		squeezer->done[index] = result + 1;
	return result;
}
