#include "seccomp/program.h"

#include <stdlib.h>
#include <string.h>

struct machine {
	uint32_t accumulator, index;
	uint32_t memory[BPF_MEMWORDS];
	size_t at; /* the instruction to run */
};

/* The instructions that the kernel allows in a seccomp filter. */
static bool code_allowed(uint16_t code)
{
	static const uint16_t allowed[] = {
		BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_W | BPF_LEN,
		BPF_LDX | BPF_W | BPF_LEN,
		BPF_LD | BPF_IMM,
		BPF_LDX | BPF_IMM,
		BPF_LD | BPF_MEM,
		BPF_LDX | BPF_MEM,
		BPF_ST,
		BPF_STX,
		BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,
		BPF_RET | BPF_K,
		BPF_RET | BPF_A,
		BPF_ALU | BPF_NEG,
		BPF_JMP | BPF_JA,
	};
	static const uint16_t arithmetic[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
					       BPF_OR,	BPF_XOR, BPF_LSH, BPF_RSH };
	static const uint16_t jumps[] = { BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET };
	uint16_t without_source = code & (uint16_t)~BPF_X;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		if (code == allowed[i])
			return true;
	}
	for (size_t i = 0; i < sizeof(arithmetic) / sizeof(*arithmetic); i++) {
		if (without_source == (BPF_ALU | arithmetic[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
		if (without_source == (BPF_JMP | jumps[i]))
			return true;
	}
	return false;
}

static bool operand_allowed(const struct sock_filter *instruction)
{
	switch (instruction->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return instruction->k < sizeof(struct seccomp_data) && instruction->k % 4 == 0;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return instruction->k < BPF_MEMWORDS;
	case BPF_ALU | BPF_DIV | BPF_K:
		return instruction->k != 0;
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K:
		return instruction->k < 32;
	default:
		return true;
	}
}

/* Jumps go forward and stay inside; left is the number of instructions behind this one. */
static bool jump_allowed(const struct sock_filter *instruction, size_t left)
{
	if (BPF_CLASS(instruction->code) != BPF_JMP)
		return true;
	if (BPF_OP(instruction->code) == BPF_JA)
		return instruction->k < left;
	return instruction->jt < left && instruction->jf < left;
}

/* The kernel refuses a load from memory that no path has stored to; one that some path has not is
 * rare enough to be refused too.
 */
static bool memory_stored(const struct program *program, size_t at)
{
	const struct sock_filter *load = &program->code[at];

	if (load->code != (BPF_LD | BPF_MEM) && load->code != (BPF_LDX | BPF_MEM))
		return true;
	for (size_t i = 0; i < at; i++) {
		const struct sock_filter *store = &program->code[i];

		if ((store->code == BPF_ST || store->code == BPF_STX) && store->k == load->k)
			return true;
	}
	return false;
}

size_t program_check(const struct program *program)
{
	if (program->count == 0 || program->count > PROGRAM_MAX)
		return program->count + 1;
	for (size_t i = 0; i < program->count; i++) {
		const struct sock_filter *instruction = &program->code[i];

		if (!code_allowed(instruction->code) || !operand_allowed(instruction) ||
		    !jump_allowed(instruction, program->count - i - 1) ||
		    !memory_stored(program, i))
			return i + 1;
	}
	if (BPF_CLASS(program->code[program->count - 1].code) != BPF_RET)
		return program->count;
	return 0;
}

static uint32_t arithmetic_run(uint16_t operation, uint32_t left, uint32_t right)
{
	switch (operation) {
	case BPF_ADD:
		return left + right;
	case BPF_SUB:
		return left - right;
	case BPF_MUL:
		return left * right;
	case BPF_DIV:
		return right ? left / right : 0; /* 0 has ended the program */
	case BPF_AND:
		return left & right;
	case BPF_OR:
		return left | right;
	case BPF_XOR:
		return left ^ right;
	case BPF_LSH:
		return left << (right & 31);
	case BPF_RSH:
		return left >> (right & 31);
	default: /* BPF_NEG */
		return -left;
	}
}

bool program_jumps(uint16_t operation, uint32_t left, uint32_t right)
{
	switch (operation) {
	case BPF_JEQ:
		return left == right;
	case BPF_JGT:
		return left > right;
	case BPF_JGE:
		return left >= right;
	default: /* BPF_JSET */
		return left & right;
	}
}

static void jump_run(struct machine *machine, const struct sock_filter *instruction)
{
	uint32_t right = BPF_SRC(instruction->code) == BPF_X ? machine->index : instruction->k;

	if (BPF_OP(instruction->code) == BPF_JA)
		machine->at += instruction->k;
	else if (program_jumps(BPF_OP(instruction->code), machine->accumulator, right))
		machine->at += instruction->jt;
	else
		machine->at += instruction->jf;
}

static uint32_t load_run(const struct machine *machine, const struct sock_filter *instruction,
			 const struct seccomp_data *data)
{
	uint32_t value;

	switch (BPF_MODE(instruction->code)) {
	case BPF_ABS:
		memcpy(&value, (const char *)data + instruction->k, sizeof(value));
		return value;
	case BPF_LEN:
		return sizeof(*data);
	case BPF_MEM:
		return machine->memory[instruction->k];
	default: /* BPF_IMM */
		return instruction->k;
	}
}

/* Run one instruction that is no return. */
static void instruction_run(struct machine *machine, const struct sock_filter *instruction,
			    const struct seccomp_data *data)
{
	uint32_t right = BPF_SRC(instruction->code) == BPF_X ? machine->index : instruction->k;

	switch (BPF_CLASS(instruction->code)) {
	case BPF_LD:
		machine->accumulator = load_run(machine, instruction, data);
		break;
	case BPF_LDX:
		machine->index = load_run(machine, instruction, data);
		break;
	case BPF_ST:
		machine->memory[instruction->k] = machine->accumulator;
		break;
	case BPF_STX:
		machine->memory[instruction->k] = machine->index;
		break;
	case BPF_ALU:
		machine->accumulator =
			arithmetic_run(BPF_OP(instruction->code), machine->accumulator, right);
		break;
	case BPF_JMP:
		jump_run(machine, instruction);
		break;
	default: /* BPF_MISC */
		if (BPF_MISCOP(instruction->code) == BPF_TAX)
			machine->index = machine->accumulator;
		else
			machine->accumulator = machine->index;
	}
}

static uint32_t machine_run(struct machine *machine, const struct program *program,
			    const struct seccomp_data *data)
{
	for (;;) {
		const struct sock_filter *instruction = &program->code[machine->at];

		if (BPF_CLASS(instruction->code) == BPF_RET)
			return BPF_RVAL(instruction->code) == BPF_A ? machine->accumulator
								    : instruction->k;
		/* The kernel's bpf_convert_filter() ends the program with 0, which is KILL. */
		if (instruction->code == (BPF_ALU | BPF_DIV | BPF_X) && machine->index == 0)
			return SECCOMP_RET_KILL_THREAD;
		instruction_run(machine, instruction, data);
		machine->at++;
	}
}

uint32_t program_run(const struct program *program, const struct seccomp_data *data,
		     size_t *ret_index)
{
	struct machine machine = { 0 };
	uint32_t action = machine_run(&machine, program, data);

	if (ret_index)
		*ret_index = machine.at;
	return action;
}

void program_free(struct program *program)
{
	free(program->code);
	*program = (struct program){ 0 };
}
