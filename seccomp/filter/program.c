#include "seccomp/filter/program.h"

#include <string.h>

/* Is this an instruction that the kernel allows in a seccomp filter, but for where a jump goes? */
static bool instruction_allowed(const struct sock_filter *instruction)
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
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_NEG:
	case BPF_JMP | BPF_JA:
		return true;
	default:
		break;
	}
	switch (instruction->code & (uint16_t)~BPF_X) { /* with either operand */
	case BPF_ALU | BPF_ADD:
	case BPF_ALU | BPF_SUB:
	case BPF_ALU | BPF_MUL:
	case BPF_ALU | BPF_DIV:
	case BPF_ALU | BPF_AND:
	case BPF_ALU | BPF_OR:
	case BPF_ALU | BPF_XOR:
	case BPF_ALU | BPF_LSH:
	case BPF_ALU | BPF_RSH:
	case BPF_JMP | BPF_JEQ:
	case BPF_JMP | BPF_JGE:
	case BPF_JMP | BPF_JGT:
	case BPF_JMP | BPF_JSET:
		return true;
	default:
		return false;
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

/* Is every load from memory behind a store to the same word, on whatever way it is reached? As
 * check_load_and_stores() in the kernel: what is valid at each jump's target. Returns as
 * program_check() does.
 */
static size_t memory_check(const struct sock_fprog *program)
{
	uint16_t valid_at[BPF_MAXINSNS], valid = 0;

	memset(valid_at, 0xff, sizeof(valid_at));
	for (size_t i = 0; i < program->len; i++) {
		const struct sock_filter *code = &program->filter[i];

		valid &= valid_at[i];
		switch (BPF_CLASS(code->code)) {
		case BPF_ST:
		case BPF_STX:
			valid |= (uint16_t)(1U << code->k);
			break;
		case BPF_LD:
		case BPF_LDX:
			if (BPF_MODE(code->code) == BPF_MEM && !(valid & 1U << code->k))
				return i + 1;
			break;
		case BPF_JMP:
			if (BPF_OP(code->code) == BPF_JA) {
				valid_at[i + 1 + code->k] &= valid;
			} else {
				valid_at[i + 1 + code->jt] &= valid;
				valid_at[i + 1 + code->jf] &= valid;
			}
			valid = UINT16_MAX;
			break;
		default:
			break;
		}
	}
	return 0;
}

size_t program_check(const struct sock_fprog *program)
{
	if (program->len == 0 || program->len > BPF_MAXINSNS)
		return (size_t)program->len + 1;
	for (size_t i = 0; i < program->len; i++) {
		const struct sock_filter *instruction = &program->filter[i];

		if (!instruction_allowed(instruction) ||
		    !jump_allowed(instruction, program->len - i - 1))
			return i + 1;
	}
	if (BPF_CLASS(program->filter[program->len - 1].code) != BPF_RET)
		return program->len;
	return memory_check(program);
}

struct machine {
	const struct seccomp_data *data;
	uint32_t a, x, memory[BPF_MEMWORDS];
	struct program_result result;
};

/* seccomp_data is read in words of the machine's own byte order. */
static uint32_t data_load(struct machine *m, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)m->data + offset, sizeof(value));
	if (offset >= FILTER_ARGUMENTS) {
		int argument = (int)(offset - FILTER_ARGUMENTS) / 8;
		bool high = offset == FILTER_ARGUMENT_HIGH(argument);

		m->result.wide = high || (m->result.wide && argument == m->result.argument);
		m->result.argument = argument;
	}
	return value;
}

static uint32_t load_run(struct machine *m, const struct sock_filter *instruction)
{
	switch (BPF_MODE(instruction->code)) {
	case BPF_ABS:
		return data_load(m, instruction->k);
	case BPF_LEN:
		return sizeof(*m->data);
	case BPF_MEM:
		return m->memory[instruction->k];
	default: /* BPF_IMM */
		return instruction->k;
	}
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

/* How many instructions a jump leaves out. */
static uint32_t jump_run(const struct machine *m, const struct sock_filter *instruction)
{
	uint32_t right = BPF_SRC(instruction->code) == BPF_X ? m->x : instruction->k;

	if (BPF_OP(instruction->code) == BPF_JA)
		return instruction->k;
	return program_jumps(BPF_OP(instruction->code), m->a, right) ? instruction->jt
								     : instruction->jf;
}

/* Run one instruction that neither jumps nor returns. */
static void instruction_run(struct machine *m, const struct sock_filter *instruction)
{
	uint32_t right = BPF_SRC(instruction->code) == BPF_X ? m->x : instruction->k;

	switch (BPF_CLASS(instruction->code)) {
	case BPF_LD:
		m->a = load_run(m, instruction);
		break;
	case BPF_LDX:
		m->x = load_run(m, instruction);
		break;
	case BPF_ST:
		m->memory[instruction->k] = m->a;
		break;
	case BPF_STX:
		m->memory[instruction->k] = m->x;
		break;
	case BPF_ALU:
		m->a = arithmetic_run(BPF_OP(instruction->code), m->a, right);
		break;
	default: /* BPF_MISC */
		if (BPF_MISCOP(instruction->code) == BPF_TAX)
			m->x = m->a;
		else
			m->a = m->x;
	}
}

struct program_result program_run(const struct sock_fprog *program, const struct seccomp_data *data)
{
	struct machine m = { .data = data, .result.argument = -1 };

	for (size_t at = 0;; at++) {
		const struct sock_filter *instruction = &program->filter[at];

		m.result.index = at;
		switch (BPF_CLASS(instruction->code)) {
		case BPF_JMP:
			at += jump_run(&m, instruction);
			continue;
		case BPF_RET:
			m.result.action =
				BPF_RVAL(instruction->code) == BPF_A ? m.a : instruction->k;
			return m.result;
		default:
			break;
		}
		/* The kernel's bpf_convert_filter() ends the program with 0, which is KILL. */
		if (instruction->code == (BPF_ALU | BPF_DIV | BPF_X) && m.x == 0)
			return m.result;
		instruction_run(&m, instruction);
	}
}

const char *const program_start_calls[] = { "execve", "exit_group", NULL };

bool program_allows(const struct sock_fprog *program, uint32_t arch, uint32_t number)
{
	const struct seccomp_data data = { .nr = (int)number, .arch = arch };
	const struct program_result result = program_run(program, &data);
	const uint32_t action = result.action & SECCOMP_RET_ACTION_FULL;

	return result.argument < 0 && (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG);
}
