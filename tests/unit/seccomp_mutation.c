/* Is the verification any good? A filter in which one instruction is changed must not pass it. */
#include "seccomp/commands/input.h"
#include "seccomp/compiler/verify.h"

#include <stdio.h>
#include <stdlib.h>

struct score {
	int tried, survived;
};

static void instruction_break(struct sock_filter *code)
{
	uint8_t yes = code->jt;

	if (BPF_CLASS(code->code) == BPF_JMP && code->jt != code->jf) {
		code->jt = code->jf;
		code->jf = yes;
	} else if (BPF_CLASS(code->code) == BPF_RET) {
		code->k ^= 1;
	} else {
		code->k ^= 4; /* another half of an argument, another mask, another jump */
	}
}

static void instruction_try(struct compiled *compiled, size_t index, struct score *score)
{
	struct sock_filter *code = &compiled->program.filter[index], original = *code;
	struct findings findings = { 0 };

	instruction_break(code);
	score->tried++;
	if (program_verify(&compiled->program, &compiled->ruleset, &findings)) {
		printf("# instruction %zu can be changed without notice\n", index);
		score->survived++;
	}
	*code = original;
	findings_free(&findings);
}

int main(void)
{
	struct target target = { .arch = arch_native(), .kernel = 6 << 16 };
	struct score score = { 0 };
	struct input input;
	bool good;

	printf("1..2\n");
	good = input_load("default", &target, true, &input);
	printf("%sok 1 - the built-in profile passes the verification\n", good ? "" : "not ");
	for (size_t i = 0; good && i < input.compiled.program.len; i++)
		instruction_try(&input.compiled, i, &score);
	/* some change nothing, where masks overlap that lead to the same */
	printf("# %d of %d changes noticed\n", score.tried - score.survived, score.tried);
	printf("%sok 2 - a change to any instruction that matters is noticed\n",
	       score.tried && score.survived * 20 <= score.tried ? "" : "not ");
	input_free(&input);
	return 0;
}
