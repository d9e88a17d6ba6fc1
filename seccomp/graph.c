#include "seccomp/graph.h"

#include <stdlib.h>

#define NOT_READ UINT32_MAX

/* Where reading a program stands: an instruction, and what the accumulator holds before it. */
struct reader {
	struct graph *graph;
	const struct program *program;
	struct seen {
		uint32_t offset, mask; /* of the accumulator, when the instruction was read */
		unsigned int node;     /* or NOT_READ */
	} * seen;		       /* for each instruction */
	bool failed;
};

static bool node_equal(const struct node *a, const struct node *b)
{
	return a->is_return == b->is_return && a->action == b->action && a->offset == b->offset &&
	       a->mask == b->mask && a->value == b->value && a->jump == b->jump &&
	       a->yes == b->yes && a->no == b->no;
}

static unsigned int node_add(struct graph *graph, const struct node *node)
{
	struct node *nodes;

	for (unsigned int i = graph->count; i-- > 0;) {
		if (node_equal(&graph->nodes[i], node))
			return i;
	}
	if ((graph->count & (graph->count - 1)) == 0) {
		size_t room = graph->count ? (size_t)graph->count * 2 : 1;

		nodes = graph->count < GRAPH_MAX ? realloc(graph->nodes, room * sizeof(*nodes))
						 : NULL;
		if (!nodes) {
			graph->failed = true;
			return 0;
		}
		graph->nodes = nodes;
	}
	graph->nodes[graph->count] = *node;
	return graph->count++;
}

unsigned int graph_return(struct graph *graph, uint32_t action)
{
	return node_add(graph, &(struct node){ .is_return = true, .action = action });
}

enum verdict test_judge(const struct node *test, const struct knowledge *known)
{
	uint32_t mask = test->mask, free_bits = mask & ~known->mask;
	uint32_t least = known->value & known->mask & mask, most = least | free_bits;

	switch (test->jump) {
	case BPF_JEQ:
		if ((least ^ test->value) & ~free_bits)
			return VERDICT_NO;
		return free_bits ? VERDICT_OPEN : VERDICT_YES;
	case BPF_JGT:
		if (least > test->value)
			return VERDICT_YES;
		return most > test->value ? VERDICT_OPEN : VERDICT_NO;
	case BPF_JGE:
		if (least >= test->value)
			return VERDICT_YES;
		return most >= test->value ? VERDICT_OPEN : VERDICT_NO;
	default: /* BPF_JSET */
		if (least & test->value)
			return VERDICT_YES;
		return (most & test->value) ? VERDICT_OPEN : VERDICT_NO;
	}
}

unsigned int graph_test(struct graph *graph, const struct node *test, unsigned int yes,
			unsigned int no)
{
	struct knowledge nothing = { 0 };
	enum verdict verdict = test_judge(test, &nothing);
	struct node node;

	if (verdict != VERDICT_OPEN)
		return verdict == VERDICT_YES ? yes : no;
	if (yes == no)
		return yes;
	node = *test;
	node.yes = yes;
	node.no = no;
	return node_add(graph, &node);
}

static unsigned int read_at(struct reader *reader, size_t at, uint32_t offset, uint32_t mask);

static unsigned int read_test(struct reader *reader, size_t at, uint32_t offset, uint32_t mask)
{
	const struct sock_filter *code = &reader->program->code[at];
	struct node test = {
		.offset = offset,
		.mask = mask,
		.value = code->k,
		.jump = BPF_OP(code->code),
	};
	unsigned int yes = read_at(reader, at + 1 + code->jt, offset, mask);
	unsigned int no = read_at(reader, at + 1 + code->jf, offset, mask);

	return graph_test(reader->graph, &test, yes, no);
}

static unsigned int read_one(struct reader *reader, size_t at, uint32_t offset, uint32_t mask)
{
	const struct sock_filter *code = &reader->program->code[at];

	switch (code->code) {
	case BPF_RET | BPF_K:
		return graph_return(reader->graph, code->k);
	case BPF_JMP | BPF_JA:
		return read_at(reader, at + 1 + code->k, offset, mask);
	case BPF_LD | BPF_W | BPF_ABS:
		return read_at(reader, at + 1, code->k, UINT32_MAX);
	case BPF_ALU | BPF_AND | BPF_K:
		return read_at(reader, at + 1, offset, mask & code->k);
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_K:
		return read_test(reader, at, offset, mask);
	default:
		reader->failed = true;
		return 0;
	}
}

/* Jumps go forward, so this ends; what was read with the same accumulator is not read again. */
static unsigned int read_at(struct reader *reader, size_t at, uint32_t offset, uint32_t mask)
{
	struct seen *seen = &reader->seen[at];
	unsigned int node;

	if (reader->failed || reader->graph->failed)
		return 0;
	if (seen->node != NOT_READ && seen->offset == offset && seen->mask == mask)
		return seen->node;
	node = read_one(reader, at, offset, mask);
	*seen = (struct seen){ .offset = offset, .mask = mask, .node = node };
	return node;
}

bool graph_read(struct graph *graph, const struct program *program, unsigned int *ret_root)
{
	struct reader reader = { .graph = graph, .program = program };
	unsigned int root;

	reader.seen = calloc(program->count, sizeof(*reader.seen));
	if (!reader.seen)
		return false;
	for (size_t i = 0; i < program->count; i++)
		reader.seen[i].node = NOT_READ;
	/* the accumulator starts as 0: no part of any word */
	root = read_at(&reader, 0, 0, 0);
	free(reader.seen);
	if (reader.failed || graph->failed)
		return false;
	*ret_root = root;
	return true;
}

void graph_free(struct graph *graph)
{
	free(graph->nodes);
	*graph = (struct graph){ 0 };
}
