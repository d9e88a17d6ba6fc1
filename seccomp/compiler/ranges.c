#include "seccomp/compiler/ranges.h"

#define SINGLES_MAX 4 /* that are compared with one by one: a search would take as many tests */

/* Since Linux 5.11 a call that is allowed whatever its arguments are never gets here (seccomp's
 * cache of constant actions). So what has more to be tested should be found first.
 */
#define WEIGHT_TEST   16
#define WEIGHT_RETURN 1

static size_t range_weight(const struct graph *graph, const struct range *range)
{
	return graph->nodes[range->node].is_return ? WEIGHT_RETURN : WEIGHT_TEST;
}

/* Do all ranges but those that go on at a node have a single value, and are these few? */
static bool singles_few(const struct range *ranges, size_t count, uint64_t end, unsigned int node)
{
	size_t singles = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t next = i + 1 < count ? ranges[i + 1].start : end;

		if (ranges[i].node == node)
			continue;
		if (next - ranges[i].start != 1 || ++singles > SINGLES_MAX)
			return false;
	}
	return true;
}

static unsigned int singles_test(struct graph *graph, uint32_t offset, const struct range *ranges,
				 size_t count, unsigned int node)
{
	unsigned int result = node;

	for (size_t i = count; i-- > 0;) {
		const struct node test = { .offset = offset,
					   .mask = UINT32_MAX,
					   .value = ranges[i].start,
					   .jump = BPF_JEQ };

		if (ranges[i].node != node)
			result = graph_test(graph, &test, ranges[i].node, result);
	}
	return result;
}

/* Where the second of two halves starts that weigh the same, as far as can be. */
static size_t ranges_divide(const struct graph *graph, const struct range *ranges, size_t count)
{
	size_t total = 0, before = 0, i;

	for (i = 0; i < count; i++)
		total += range_weight(graph, &ranges[i]);
	for (i = 0; i < count - 1; i++) {
		before += range_weight(graph, &ranges[i]);
		if (2 * before >= total)
			break;
	}
	return i < count - 1 ? i + 1 : count - 1;
}

static unsigned int search(struct graph *graph, uint32_t offset, const struct range *ranges,
			   size_t count, uint64_t end)
{
	struct node test = { .offset = offset, .mask = UINT32_MAX, .jump = BPF_JGE };
	unsigned int yes, no;
	size_t middle;

	if (count == 1)
		return ranges[0].node;
	/* of two neighbours one is what is common, if anything is */
	for (size_t i = 0; i < 2; i++) {
		if (singles_few(ranges, count, end, ranges[i].node))
			return singles_test(graph, offset, ranges, count, ranges[i].node);
	}
	middle = ranges_divide(graph, ranges, count);
	test.value = ranges[middle].start;
	no = search(graph, offset, ranges, middle, test.value);
	yes = search(graph, offset, ranges + middle, count - middle, end);
	return graph_test(graph, &test, yes, no);
}

int range_compare(const void *a, const void *b)
{
	uint32_t left = ((const struct range *)a)->start, right = ((const struct range *)b)->start;

	return (left > right) - (left < right);
}

unsigned int singles_search(struct graph *graph, uint32_t offset, const struct range *singles,
			    size_t count, unsigned int otherwise)
{
	const size_t middle = count / 2;
	struct node test = { .offset = offset, .mask = UINT32_MAX, .jump = BPF_JGE };

	if (count <= SINGLES_MAX)
		return singles_test(graph, offset, singles, count, otherwise);
	test.value = singles[middle].start;
	return graph_test(
		graph, &test,
		singles_search(graph, offset, singles + middle, count - middle, otherwise),
		singles_search(graph, offset, singles, middle, otherwise));
}

unsigned int ranges_search(struct graph *graph, uint32_t offset, struct range *ranges, size_t count)
{
	size_t kept = 1;

	for (size_t i = 1; i < count; i++) {
		if (ranges[i].node != ranges[kept - 1].node)
			ranges[kept++] = ranges[i];
	}
	return search(graph, offset, ranges, kept, (uint64_t)UINT32_MAX + 1);
}
