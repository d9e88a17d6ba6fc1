/* The program is written from its end to its start, so that every jump's target is there already; a
 * place in it is the number of instructions that were written before.
 */
#include "seccomp/compiler/emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JUMP_MAX   255
#define NOT_PLACED UINT32_MAX
#define NO_WORD	   UINT32_MAX

struct emitter {
	const struct graph *graph;
	struct sock_filter code[BPF_MAXINSNS];
	uint32_t count;
	/* for each node: where it starts when its word must be loaded, and when it has been */
	uint32_t (*places)[2];
	bool failed;
};

static uint32_t code_add(struct emitter *emitter, uint16_t code, uint32_t k)
{
	if (emitter->count == BPF_MAXINSNS) {
		emitter->failed = true;
		return 0;
	}
	emitter->code[emitter->count] = (struct sock_filter){ .code = code, .k = k };
	return emitter->count++;
}

static bool single_bit(uint32_t mask)
{
	return mask && !(mask & (mask - 1));
}

/* Can a test be made without changing the accumulator? If so, how; yes and no may change places. */
static bool test_lower(const struct node *node, uint16_t *ret_jump, uint32_t *ret_value,
		       bool *ret_swapped)
{
	*ret_jump = node->jump;
	*ret_value = node->value;
	*ret_swapped = false;
	if (node->mask == UINT32_MAX)
		return true;
	if (node->jump == BPF_JSET) {
		*ret_value = node->mask & node->value;
		return true;
	}
	if (node->jump != BPF_JEQ || (node->value && !single_bit(node->mask)))
		return false;
	/* (word & bit) == bit, or (word & mask) == 0 */
	*ret_jump = BPF_JSET;
	*ret_value = node->mask;
	*ret_swapped = node->value == 0;
	return true;
}

static void node_place(struct emitter *emitter, unsigned int index, uint32_t loaded);

static bool node_is_loaded(const struct node *node, uint32_t loaded)
{
	return node->is_return || node->offset == loaded;
}

/* A place that a jump written next, or one after it, can reach: the node's, or that of a copy,
 * which is the node's from now on.
 */
static uint32_t place_near(struct emitter *emitter, unsigned int index, uint32_t loaded)
{
	const struct node *node = &emitter->graph->nodes[index];
	uint32_t *place = &emitter->places[index][node_is_loaded(node, loaded)];

	if (emitter->count - *place < JUMP_MAX - 1)
		return *place;
	if (node->is_return)
		*place = code_add(emitter, BPF_RET | BPF_K, node->action);
	else
		*place = code_add(emitter, BPF_JMP | BPF_JA, emitter->count - 1 - *place);
	return *place;
}

static void jump_add(struct emitter *emitter, uint16_t jump, uint32_t value,
		     const uint32_t places[2])
{
	uint32_t at = code_add(emitter, BPF_JMP | BPF_K | jump, value);

	emitter->code[at].jt = (uint8_t)(at - 1 - places[0]);
	emitter->code[at].jf = (uint8_t)(at - 1 - places[1]);
}

static uint32_t test_place(struct emitter *emitter, const struct node *node, bool is_loaded)
{
	uint16_t jump;
	uint32_t value, places[2];
	bool swapped, kept = test_lower(node, &jump, &value, &swapped);
	uint32_t loaded = kept ? node->offset : NO_WORD;
	unsigned int first = swapped ? node->no : node->yes;
	unsigned int second = swapped ? node->yes : node->no;

	node_place(emitter, first, loaded);
	node_place(emitter, second, loaded);
	if (emitter->failed)
		return 0;
	places[0] = place_near(emitter, first, loaded);
	places[1] = place_near(emitter, second, loaded);
	jump_add(emitter, jump, value, places);
	if (!kept)
		code_add(emitter, BPF_ALU | BPF_AND | BPF_K, node->mask);
	if (!is_loaded)
		code_add(emitter, BPF_LD | BPF_W | BPF_ABS, node->offset);
	return emitter->count - 1;
}

static void node_place(struct emitter *emitter, unsigned int index, uint32_t loaded)
{
	const struct node *node = &emitter->graph->nodes[index];
	bool is_loaded = node_is_loaded(node, loaded);
	uint32_t place;

	if (emitter->failed || emitter->places[index][is_loaded] != NOT_PLACED)
		return;
	if (node->is_return)
		place = code_add(emitter, BPF_RET | BPF_K, node->action);
	else
		place = test_place(emitter, node, is_loaded);
	emitter->places[index][is_loaded] = place;
}

static int program_take(const struct emitter *emitter, struct sock_fprog *ret_program)
{
	struct sock_filter *code = calloc(emitter->count + 1, sizeof(*code));

	if (!code)
		return -ENOMEM;
	for (uint32_t i = 0; i < emitter->count; i++)
		code[i] = emitter->code[emitter->count - 1 - i];
	ret_program->filter = code;
	ret_program->len = (unsigned short)emitter->count;
	return 0;
}

/* Recursion is as deep as the graph, in which each node becomes an instruction at least: so those
 * that would be too long are told beforehand.
 */
static int emit(struct emitter *emitter, unsigned int root, struct sock_fprog *ret_program)
{
	bool *reached = calloc(emitter->graph->count, sizeof(*reached));
	unsigned int count;

	if (!reached)
		return -ENOMEM;
	count = graph_reach(emitter->graph, root, reached);
	free(reached);
	if (count > BPF_MAXINSNS)
		return -E2BIG;
	memset(emitter->places, 0xff, emitter->graph->count * sizeof(*emitter->places));
	node_place(emitter, root, NO_WORD);
	return emitter->failed ? -E2BIG : program_take(emitter, ret_program);
}

int graph_emit(const struct graph *graph, unsigned int root, struct sock_fprog *ret_program)
{
	struct emitter *emitter = calloc(1, sizeof(*emitter));
	int r = -ENOMEM;

	if (!emitter)
		return r;
	emitter->graph = graph;
	emitter->places = calloc(graph->count, sizeof(*emitter->places));
	if (emitter->places)
		r = emit(emitter, root, ret_program);
	free(emitter->places);
	free(emitter);
	return r;
}
