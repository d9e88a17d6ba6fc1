/* A word is tested in two ways. Where all tests of it compare the whole word, its values fall into
 * ranges. Where some mask it, they fall into parts that share some bits, and what most parts lead
 * to is what is common.
 */
#include "seccomp/compiler/optimize.h"

#include "seccomp/compiler/ranges.h"

#include <stdlib.h>

#define PARTS_MAX 2048

/* Values of a word that share the bits in known.mask, and the node that goes on for them. */
struct part {
	struct knowledge known;
	unsigned int node;
};

struct parts {
	struct part list[PARTS_MAX];
	size_t count;
};

/* What has been found out about one node. */
struct memo {
	unsigned int pass;	 /* in which it was restricted */
	unsigned int restricted; /* to this */
	unsigned int optimized;	 /* to this, plus 1 */
};

struct optimizer {
	struct graph *graph;
	struct memo *memos; /* for each node that there can be */
	bool *reached;	    /* likewise */
	unsigned int pass;
	size_t *work; /* what is left of it */
};

static bool work_left(struct optimizer *optimizer, size_t cost)
{
	if (optimizer->graph->failed || *optimizer->work < cost)
		*optimizer->work = 0;
	else
		*optimizer->work -= cost;
	return *optimizer->work > 0;
}

static unsigned int restrict_from(struct optimizer *optimizer, unsigned int index, uint32_t offset,
				  const struct knowledge *known)
{
	const struct node *node = &optimizer->graph->nodes[index];
	struct memo *memo = &optimizer->memos[index];
	enum truth truth = TRUTH_OPEN;
	unsigned int result;

	if (node->is_return || memo->pass == optimizer->pass || !work_left(optimizer, 1))
		return node->is_return || memo->pass != optimizer->pass ? index : memo->restricted;
	if (node->offset == offset)
		truth = test_judge(node, known);
	if (truth == TRUTH_OPEN)
		result = graph_test(optimizer->graph, node,
				    restrict_from(optimizer, node->yes, offset, known),
				    restrict_from(optimizer, node->no, offset, known));
	else
		result = restrict_from(optimizer, truth == TRUTH_YES ? node->yes : node->no, offset,
				       known);
	memo->pass = optimizer->pass;
	memo->restricted = result;
	return result;
}

/* The graph from a node on, for what is known of one word: its tests are decided where they can be.
 */
static unsigned int node_restrict(struct optimizer *optimizer, unsigned int index, uint32_t offset,
				  const struct knowledge *known)
{
	optimizer->pass++;
	return restrict_from(optimizer, index, offset, known);
}

static unsigned int node_optimize(struct optimizer *optimizer, unsigned int index);

/* --- ranges --------------------------------------------------------------------------------- */

/* Where the ranges of a word start, by every test of it behind a node: in ranges, which has room
 * for two a node. 0: there are tests that mask it.
 */
static size_t starts_collect(struct optimizer *optimizer, unsigned int root, uint32_t offset,
			     struct range *ranges)
{
	const struct node *nodes = optimizer->graph->nodes;
	size_t count = 1, kept = 1;

	ranges[0].start = 0;
	(void)graph_reach(optimizer->graph, root, optimizer->reached);
	(void)work_left(optimizer, optimizer->graph->count);
	for (unsigned int i = 0; i <= root; i++) {
		if (!optimizer->reached[i] || nodes[i].is_return || nodes[i].offset != offset)
			continue;
		if (nodes[i].mask != UINT32_MAX || nodes[i].jump == BPF_JSET)
			return 0;
		if (nodes[i].jump != BPF_JGT)
			ranges[count++].start = nodes[i].value;
		if (nodes[i].jump != BPF_JGE && nodes[i].value != UINT32_MAX)
			ranges[count++].start = nodes[i].value + 1;
	}
	qsort(ranges, count, sizeof(*ranges), range_compare);
	for (size_t i = 1; i < count; i++) {
		if (ranges[i].start != ranges[kept - 1].start)
			ranges[kept++] = ranges[i];
	}
	return kept;
}

static unsigned int ranges_optimize(struct optimizer *optimizer, unsigned int index,
				    uint32_t offset, struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && work_left(optimizer, 1); i++) {
		const struct knowledge known = { UINT32_MAX, ranges[i].start };
		unsigned int node = node_restrict(optimizer, index, offset, &known);

		ranges[i].node = node_optimize(optimizer, node);
	}
	return *optimizer->work ? ranges_search(optimizer->graph, offset, ranges, count) : index;
}

/* --- masks ---------------------------------------------------------------------------------- */

/* The highest bit of a test's word that is not known and that the test looks at. */
static uint32_t bit_choose(const struct node *test, const struct knowledge *known)
{
	uint32_t bits = test->mask & ~known->mask;

	if (test->jump == BPF_JSET)
		bits &= test->value;
	return bits ? 1U << (31 - __builtin_clz(bits)) : 0;
}

/* Divide a word's values, from what is known of it, until each part goes on at one node. */
static bool parts_divide(struct optimizer *optimizer, unsigned int index, uint32_t offset,
			 struct knowledge known, struct parts *parts)
{
	const struct node *node = &optimizer->graph->nodes[index];

	while (!node->is_return && node->offset == offset) {
		enum truth truth = test_judge(node, &known);

		if (truth == TRUTH_OPEN) {
			uint32_t bit = bit_choose(node, &known);
			struct knowledge set = { known.mask | bit, known.value | bit };
			struct knowledge clear = { known.mask | bit, known.value };

			return parts_divide(optimizer, index, offset, set, parts) &&
			       parts_divide(optimizer, index, offset, clear, parts);
		}
		index = truth == TRUTH_YES ? node->yes : node->no;
		node = &optimizer->graph->nodes[index];
		if (!work_left(optimizer, 1))
			return false;
	}
	if (parts->count == PARTS_MAX)
		return false;
	index = node_restrict(optimizer, index, offset, &known);
	parts->list[parts->count++] = (struct part){ .known = known, .node = index };
	return true;
}

/* The node that most parts go on at. */
static unsigned int parts_common(const struct parts *parts)
{
	unsigned int best = 0;
	size_t most = 0;

	for (size_t i = 0; i < parts->count; i++) {
		size_t same = 0;

		for (size_t j = 0; j < parts->count; j++)
			same += parts->list[j].node == parts->list[i].node;
		if (same > most) {
			most = same;
			best = parts->list[i].node;
		}
	}
	return best;
}

/* Masks are tested behind the single values, which are more likely to be asked for. */
static unsigned int exceptions_test(struct optimizer *optimizer, const struct parts *parts,
				    uint32_t offset, unsigned int common)
{
	unsigned int result = node_optimize(optimizer, common);
	struct range singles[PARTS_MAX] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->list[i];
		const struct node test = { .offset = offset,
					   .mask = part->known.mask,
					   .value = part->known.value & part->known.mask,
					   .jump = BPF_JEQ };
		unsigned int node;

		if (part->node == common)
			continue;
		node = node_optimize(optimizer, part->node);
		if (test.mask == UINT32_MAX)
			singles[count++] = (struct range){ test.value, node };
		else
			result = graph_test(optimizer->graph, &test, node, result);
	}
	qsort(singles, count, sizeof(*singles), range_compare);
	return singles_search(optimizer->graph, offset, singles, count, result);
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

/* A part as ranges: as one where it shares a number of upper bits, else as twice as many for each
 * bit that is missing from these. 0: there is no room.
 */
static size_t part_expand(const struct part *part, struct range *ranges, size_t room)
{
	const uint32_t mask = part->known.mask, lowest = mask & -mask;
	const uint32_t missing = ~mask & ~(2 * lowest - 1);
	struct part half = *part;
	size_t count, more;

	if (room == 0)
		return 0;
	if (!lowest || !missing) {
		ranges[0] = (struct range){ part->known.value, part->node };
		return 1;
	}
	half.known.mask |= missing & -missing;
	count = part_expand(&half, ranges, room);
	half.known.value |= missing & -missing;
	more = count ? part_expand(&half, ranges + count, room - count) : 0;
	return more ? count + more : 0;
}

/* All parts as ranges that lead to different nodes; how many these are, or 0. */
static size_t parts_expand(const struct parts *parts, struct range ranges[PARTS_MAX])
{
	size_t count = 0, kept = 1;

	for (size_t i = 0; i < parts->count; i++) {
		size_t more = part_expand(&parts->list[i], ranges + count, PARTS_MAX - count);

		if (!more)
			return 0;
		count += more;
	}
	qsort(ranges, count, sizeof(*ranges), range_compare);
	for (size_t i = 1; i < count; i++) {
		if (ranges[i].node != ranges[kept - 1].node)
			ranges[kept++] = ranges[i];
	}
	return kept;
}

static unsigned int parts_search(struct optimizer *optimizer, uint32_t offset, struct range *ranges,
				 size_t count)
{
	for (size_t i = 0; i < count; i++)
		ranges[i].node = node_optimize(optimizer, ranges[i].node);
	return ranges_search(optimizer->graph, offset, ranges, count);
}

/* A mask takes three instructions, and a range one. */
#define MASK_COST 3

static unsigned int parts_optimize(struct optimizer *optimizer, unsigned int index, uint32_t offset,
				   const struct parts *parts)
{
	const struct node *node = &optimizer->graph->nodes[index];
	const size_t tests = tests_count(optimizer->graph, index, offset);
	const unsigned int common = parts_common(parts);
	struct range ranges[PARTS_MAX] = { 0 };
	size_t exceptions = 0, count = parts_expand(parts, ranges);

	for (size_t i = 0; i < parts->count; i++)
		exceptions += parts->list[i].node != common;
	if (count && count <= MASK_COST * (exceptions < tests ? exceptions : tests))
		return parts_search(optimizer, offset, ranges, count);
	if (exceptions <= tests)
		return exceptions_test(optimizer, parts, offset, common);
	return graph_test(optimizer->graph, node, node_optimize(optimizer, node->yes),
			  node_optimize(optimizer, node->no));
}

static unsigned int masks_optimize(struct optimizer *optimizer, unsigned int index, uint32_t offset)
{
	struct parts *parts = calloc(1, sizeof(*parts));
	const struct node *node = &optimizer->graph->nodes[index];
	unsigned int result;

	if (parts && parts_divide(optimizer, index, offset, (struct knowledge){ 0 }, parts))
		result = parts_optimize(optimizer, index, offset, parts);
	else
		result = graph_test(optimizer->graph, node, node_optimize(optimizer, node->yes),
				    node_optimize(optimizer, node->no));
	free(parts);
	return result;
}

/* --- either --------------------------------------------------------------------------------- */

static unsigned int node_optimize(struct optimizer *optimizer, unsigned int index)
{
	const struct node *node = &optimizer->graph->nodes[index];
	struct range *ranges;
	unsigned int result;
	size_t count;

	if (node->is_return || !work_left(optimizer, 1))
		return index;
	if (optimizer->memos[index].optimized)
		return optimizer->memos[index].optimized - 1;
	ranges = calloc(2 * (size_t)index + 2, sizeof(*ranges));
	if (!ranges)
		return index;
	count = starts_collect(optimizer, index, node->offset, ranges);
	if (count)
		result = ranges_optimize(optimizer, index, node->offset, ranges, count);
	else
		result = masks_optimize(optimizer, index, node->offset);
	free(ranges);
	optimizer->memos[index].optimized = result + 1;
	return result;
}

unsigned int graph_optimize(struct graph *graph, unsigned int node, size_t *work)
{
	struct optimizer optimizer = {
		.graph = graph,
		.memos = calloc(GRAPH_MAX, sizeof(struct memo)),
		.reached = calloc(GRAPH_MAX, sizeof(bool)),
		.work = work,
	};
	unsigned int result = node;

	if (optimizer.memos && optimizer.reached)
		result = node_optimize(&optimizer, node);
	free(optimizer.memos);
	free(optimizer.reached);
	return *work ? result : node;
}
