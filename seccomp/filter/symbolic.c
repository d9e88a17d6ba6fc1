#include "seccomp/filter/symbolic.h"

#include <string.h>

#define PATHS_MAX 20000

/* What the accumulator holds: a number, or a part of an argument that is not given. */
struct symbol {
	bool known;
	uint32_t value;
	struct test part; /* its argument, half and mask, when not known */
};

struct walk {
	const struct sock_fprog *program;
	const struct seccomp_data *data;
	unsigned int given;
	struct path path;
	size_t visited;
	path_visitor *visit;
	void *context;
};

static bool load_follow(const struct walk *walk, uint32_t offset, struct symbol *symbol)
{
	const unsigned int argument = (offset - FILTER_ARGUMENTS) / sizeof(uint64_t);

	symbol->known = offset < FILTER_ARGUMENTS || (walk->given & (1U << argument));
	memcpy(&symbol->value, (const char *)walk->data + offset, sizeof(symbol->value));
	symbol->part = (struct test){
		.argument = argument,
		.high = offset == FILTER_ARGUMENT_HIGH(argument),
		.mask = UINT32_MAX,
	};
	return true;
}

/* Follow one instruction that neither jumps nor returns. */
static bool instruction_follow(const struct walk *walk, const struct sock_filter *instruction,
			       struct symbol *symbol)
{
	switch (instruction->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return load_follow(walk, instruction->k, symbol);
	case BPF_ALU | BPF_AND | BPF_K:
		symbol->value &= instruction->k;
		symbol->part.mask &= instruction->k;
		return true;
	default:
		return false;
	}
}

static bool walk_from(struct walk *walk, size_t at, struct symbol symbol);

/* What the tests on the way here already say about a symbol: all of its bits may be known by now.
 */
static void symbol_resolve(const struct walk *walk, struct symbol *symbol)
{
	if (!symbol->known && symbol->part.mask == 0) {
		symbol->known = true;
		symbol->value = 0;
	}
	for (size_t i = 0; i < walk->path.test_count && !symbol->known; i++) {
		const struct test *test = &walk->path.tests[i];

		if (test->jump != BPF_JEQ || test->argument != symbol->part.argument ||
		    test->high != symbol->part.high || (symbol->part.mask & ~test->mask))
			continue;
		symbol->known = true;
		symbol->value = test->value & symbol->part.mask;
	}
}

/* Both ways from a test that no given argument decides, the way where it holds first. */
static bool walk_fork(struct walk *walk, size_t at, const struct symbol *symbol)
{
	const struct sock_filter *jump = &walk->program->filter[at];
	struct test test = symbol->part;

	test.value = jump->k;
	test.jump = BPF_OP(jump->code);
	if (walk->path.test_count == PATH_TESTS_MAX)
		return false;
	walk->path.tests[walk->path.test_count++] = test;
	if (!walk_from(walk, at + 1 + jump->jt, *symbol))
		return false;
	walk->path.test_count--;
	return walk_from(walk, at + 1 + jump->jf, *symbol);
}

static bool walk_end(struct walk *walk, size_t at)
{
	const struct sock_filter *last = &walk->program->filter[at];

	if (BPF_RVAL(last->code) != BPF_K || ++walk->visited > PATHS_MAX)
		return false;
	walk->path.action = last->k;
	walk->path.index = at;
	walk->visit(&walk->path, walk->context);
	return true;
}

/* Recursion is bounded by PATH_TESTS_MAX forks on the way down, and the programs' jumps go forward;
 * only the way where a test fails goes deeper without one.
 */
static bool walk_from(struct walk *walk, size_t at, struct symbol symbol)
{
	for (;; at++) {
		const struct sock_filter *code = &walk->program->filter[at];

		if (BPF_CLASS(code->code) == BPF_RET)
			return walk_end(walk, at);
		if (BPF_CLASS(code->code) != BPF_JMP) {
			if (!instruction_follow(walk, code, &symbol))
				return false;
		} else if (BPF_OP(code->code) == BPF_JA) {
			at += code->k;
		} else if (BPF_SRC(code->code) != BPF_K) {
			return false;
		} else {
			struct symbol now = symbol;

			symbol_resolve(walk, &now);
			if (!now.known && code->jt != code->jf)
				return walk_fork(walk, at, &symbol);
			at += program_jumps(BPF_OP(code->code), now.value, code->k) ? code->jt
										    : code->jf;
		}
	}
}

bool paths_visit(const struct sock_fprog *program, const struct seccomp_data *data,
		 unsigned int given, path_visitor *visit, void *context)
{
	struct walk walk = {
		.program = program,
		.data = data,
		.given = given,
		.visit = visit,
		.context = context,
	};

	return walk_from(&walk, 0, (struct symbol){ .known = true });
}
