#include "seccomp/compiler/build.h"

#include "seccomp/compiler/emit.h"
#include "seccomp/compiler/optimize.h"
#include "seccomp/compiler/ranges.h"

#include <errno.h>
#include <stdlib.h>

struct builder {
	const struct ruleset *ruleset;
	size_t work; /* that may go into better forms; see optimize.h */
	struct graph graph;
};

/* The ranges of numbers of one architecture, as the kernel tells them apart. */
struct numbers {
	struct range *list;
	size_t count;
};

/* (half & mask) COMPARISON value: which half is offset's matter. */
static unsigned int half_test(struct graph *graph, uint32_t offset, uint16_t jump, uint32_t mask,
			      uint64_t value, unsigned int yes, unsigned int no)
{
	const struct node test = {
		.offset = offset, .mask = mask, .value = (uint32_t)value, .jump = jump
	};

	return graph_test(graph, &test, yes, no);
}

/* The kernel's words have 32 bits: both halves of a value must match. Where arguments are narrow
 * the upper halves are not looked at.
 */
static unsigned int mask_test(struct graph *graph, const struct condition *condition, uint64_t mask,
			      uint64_t value, bool narrow, unsigned int yes, unsigned int no)
{
	const unsigned int index = condition->index;
	unsigned int low =
		half_test(graph, FILTER_ARGUMENT(index), BPF_JEQ, (uint32_t)mask, value, yes, no);

	if (narrow)
		return low;
	return half_test(graph, FILTER_ARGUMENT_HIGH(index), BPF_JEQ, (uint32_t)(mask >> 32),
			 value >> 32, low, no);
}

/* Greater, or (JUMP is BPF_JGE) greater or equal. */
static unsigned int order_test(struct graph *graph, const struct condition *condition,
			       uint16_t jump, bool narrow, unsigned int yes, unsigned int no)
{
	const uint32_t high = FILTER_ARGUMENT_HIGH(condition->index);
	const uint64_t value = condition->value;
	unsigned int low = half_test(graph, FILTER_ARGUMENT(condition->index), jump, UINT32_MAX,
				     value, yes, no);

	if (narrow)
		return low;
	low = half_test(graph, high, BPF_JEQ, UINT32_MAX, value >> 32, low, no);
	return half_test(graph, high, BPF_JGT, UINT32_MAX, value >> 32, yes, low);
}

static unsigned int condition_build(struct graph *graph, const struct condition *condition,
				    bool narrow, unsigned int yes, unsigned int no)
{
	switch (condition->comparison) {
	case SCMP_CMP_NE:
		return mask_test(graph, condition, UINT64_MAX, condition->value, narrow, no, yes);
	case SCMP_CMP_LT:
		return order_test(graph, condition, BPF_JGE, narrow, no, yes);
	case SCMP_CMP_LE:
		return order_test(graph, condition, BPF_JGT, narrow, no, yes);
	case SCMP_CMP_EQ:
		return mask_test(graph, condition, UINT64_MAX, condition->value, narrow, yes, no);
	case SCMP_CMP_GE:
		return order_test(graph, condition, BPF_JGE, narrow, yes, no);
	case SCMP_CMP_GT:
		return order_test(graph, condition, BPF_JGT, narrow, yes, no);
	default: /* SCMP_CMP_MASKED_EQ */
		return mask_test(graph, condition, condition->value, condition->value_two, narrow,
				 yes, no);
	}
}

/* What a number leads to: its entries one after the other, and then the default. */
static unsigned int number_build(struct builder *builder, const struct arch_rules *rules,
				 uint32_t number)
{
	const struct entry_range range = rules_entries(rules, number);
	const struct seccomp_data data = { .nr = (int)number };
	const struct decision decision = rules_decide(rules, &data);
	const bool narrow = arch_get(rules->arch)->narrow;
	struct graph *graph = &builder->graph;
	unsigned int node;

	if (decision.reason == REASON_NEWER || decision.reason == REASON_ABI || range.count == 0 ||
	    (decision.entry && decision.entry->condition_count == 0))
		return graph_return(graph, decision.action);
	node = graph_return(graph, builder->ruleset->profile->default_action);
	for (size_t i = range.count; i-- > 0;) {
		const struct entry *entry = &range.first[i];
		unsigned int otherwise = node;

		node = graph_return(graph, entry->action);
		for (size_t j = entry->condition_count; j-- > 0;)
			node = condition_build(graph, &entry->conditions[j], narrow, node,
					       otherwise);
	}
	return builder->work ? graph_optimize(graph, node, &builder->work) : node;
}

static void number_add(struct builder *builder, const struct arch_rules *rules, uint32_t number,
		       struct numbers *numbers)
{
	if (rules_own(rules, number))
		numbers->list[numbers->count++] =
			(struct range){ number, number_build(builder, rules, number) };
}

/* Every number at which something else may begin. */
static void numbers_collect(struct builder *builder, const struct arch_rules *rules,
			    struct numbers *numbers)
{
	number_add(builder, rules, 0, numbers);
	number_add(builder, rules, 1, numbers);
	number_add(builder, rules, ARCH_X32_BIT, numbers);
	if (rules->newest_known && rules->newest < UINT32_MAX)
		number_add(builder, rules, rules->newest + 1, numbers);
	for (size_t i = 0; i < rules->count; i++) {
		uint32_t number = rules->entries[i].number;

		if (i > 0 && rules->entries[i - 1].number == number)
			continue;
		number_add(builder, rules, number, numbers);
		number_add(builder, rules, number + 1, numbers);
	}
}

/* All architectures that share the kernel's value of one of them. */
static int arch_build(struct builder *builder, uint32_t audit, unsigned int killed,
		      unsigned int *ret_node)
{
	struct numbers numbers = { 0 };
	size_t room = 1, kept = 1;

	for (size_t i = 0; i < builder->ruleset->arch_count; i++)
		room += 2 * builder->ruleset->arches[i].count + 4;
	numbers.list = calloc(room, sizeof(*numbers.list));
	if (!numbers.list)
		return -ENOMEM;
	for (size_t i = 0; i < builder->ruleset->arch_count; i++) {
		if (arch_get(builder->ruleset->arches[i].arch)->audit == audit)
			numbers_collect(builder, &builder->ruleset->arches[i], &numbers);
	}
	qsort(numbers.list, numbers.count, sizeof(*numbers.list), range_compare);
	if (numbers.list[0].start != 0) { /* x32 alone: nothing else is listed */
		numbers.list[numbers.count++] = (struct range){ 0, killed };
		qsort(numbers.list, numbers.count, sizeof(*numbers.list), range_compare);
	}
	for (size_t i = 1; i < numbers.count; i++) {
		if (numbers.list[i].start != numbers.list[kept - 1].start)
			numbers.list[kept++] = numbers.list[i];
	}
	*ret_node = ranges_search(&builder->graph, FILTER_NUMBER, numbers.list, kept);
	free(numbers.list);
	return builder->graph.failed ? -E2BIG : 0;
}

static bool audit_seen(const struct ruleset *ruleset, size_t which)
{
	for (size_t i = 0; i < which; i++) {
		if (arch_get(ruleset->arches[i].arch)->audit ==
		    arch_get(ruleset->arches[which].arch)->audit)
			return true;
	}
	return false;
}

/* The first of the ruleset's architectures is tested for first, and what is none of them is killed.
 */
static int arches_build(struct builder *builder, unsigned int *ret_node)
{
	const struct ruleset *ruleset = builder->ruleset;
	const unsigned int killed = graph_return(&builder->graph, SCMP_ACT_KILL_THREAD);
	unsigned int node = killed, one = killed;

	for (size_t i = ruleset->arch_count; i-- > 0;) {
		const struct node test = { .offset = FILTER_MACHINE,
					   .mask = UINT32_MAX,
					   .value = arch_get(ruleset->arches[i].arch)->audit,
					   .jump = BPF_JEQ };
		int r;

		if (audit_seen(ruleset, i))
			continue;
		r = arch_build(builder, test.value, killed, &one);
		if (r < 0)
			return r;
		node = graph_test(&builder->graph, &test, one, node);
	}
	*ret_node = node;
	return 0;
}

int program_build(const struct ruleset *ruleset, bool optimize, struct sock_fprog *ret_program)
{
	struct builder builder = { ruleset, optimize ? OPTIMIZE_WORK : 0, { 0 } };
	unsigned int root;
	int r = graph_open(&builder.graph) ? arches_build(&builder, &root) : -ENOMEM;

	if (r == 0)
		r = graph_emit(&builder.graph, root, ret_program);
	graph_free(&builder.graph);
	return r;
}
