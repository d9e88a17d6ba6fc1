/* The classic BPF machine as far as seccomp(2) allows it: see bpf_check_classic() and
 * seccomp_check_filter() in the kernel, and struct seccomp_data in seccomp(2). */
#include "init/filter/filter.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct machine {
	const struct seccomp_data *data;
	uint32_t a, x, memory[BPF_MEMWORDS];
	struct verdict verdict;
};

/* seccomp_data is read in words of the machine's own byte order. */
static int machine_load(struct machine *m, uint32_t offset)
{
	const uint32_t args = offsetof(struct seccomp_data, args);
	const uint32_t upper = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 4 : 0;

	if (offset % 4 || offset >= sizeof(*m->data))
		return -EINVAL;
	memcpy(&m->a, (const char *)m->data + offset, sizeof(m->a));
	if (offset >= args) {
		int argument = (int)(offset - args) / 8;
		bool wide = offset % 8 == upper;

		m->verdict.wide = wide || (m->verdict.wide && argument == m->verdict.argument);
		m->verdict.argument = argument;
	}
	return 0;
}

static int machine_transfer(struct machine *m, const struct sock_filter *i)
{
	if ((BPF_MODE(i->code) == BPF_MEM || BPF_CLASS(i->code) >= BPF_ST) && i->k >= BPF_MEMWORDS)
		return -EINVAL;
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return machine_load(m, i->k);
	case BPF_LD | BPF_W | BPF_LEN:
		m->a = sizeof(*m->data);
		return 0;
	case BPF_LDX | BPF_W | BPF_LEN:
		m->x = sizeof(*m->data);
		return 0;
	case BPF_LD | BPF_IMM:
		m->a = i->k;
		return 0;
	case BPF_LDX | BPF_IMM:
		m->x = i->k;
		return 0;
	case BPF_LD | BPF_MEM:
		m->a = m->memory[i->k];
		return 0;
	case BPF_LDX | BPF_MEM:
		m->x = m->memory[i->k];
		return 0;
	case BPF_ST:
		m->memory[i->k] = m->a;
		return 0;
	case BPF_STX:
		m->memory[i->k] = m->x;
		return 0;
	default:
		return -EINVAL;
	}
}

static int machine_compute(struct machine *m, const struct sock_filter *i)
{
	uint32_t operand = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		m->a += operand;
		return 0;
	case BPF_SUB:
		m->a -= operand;
		return 0;
	case BPF_MUL:
		m->a *= operand;
		return 0;
	case BPF_DIV: /* by zero ends the program with 0, KILL, as the kernel has it */
		m->a = operand ? m->a / operand : 0;
		return operand ? 0 : 1;
	case BPF_AND:
		m->a &= operand;
		return 0;
	case BPF_OR:
		m->a |= operand;
		return 0;
	case BPF_XOR:
		m->a ^= operand;
		return 0;
	case BPF_LSH:
		m->a <<= operand & 31;
		return 0;
	case BPF_RSH:
		m->a >>= operand & 31;
		return 0;
	case BPF_NEG:
		m->a = -m->a;
		return 0;
	default:
		return -EINVAL;
	}
}

/* How many instructions to leave out, or -EINVAL. */
static int64_t machine_jump(const struct machine *m, const struct sock_filter *i)
{
	uint32_t operand = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return i->k;
	case BPF_JEQ:
		return m->a == operand ? i->jt : i->jf;
	case BPF_JGT:
		return m->a > operand ? i->jt : i->jf;
	case BPF_JGE:
		return m->a >= operand ? i->jt : i->jf;
	case BPF_JSET:
		return (m->a & operand) != 0 ? i->jt : i->jf;
	default:
		return -EINVAL;
	}
}

/* 1: ended, with a verdict; 0: on to the next; negative: no instruction that seccomp knows. */
static int machine_step(struct machine *m, const struct sock_filter *i)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_ALU:
		return machine_compute(m, i);
	case BPF_RET:
		m->verdict.action = BPF_RVAL(i->code) == BPF_A ? m->a : i->k;
		return 1;
	case BPF_MISC:
		if (BPF_MISCOP(i->code) == BPF_TAX)
			m->x = m->a;
		else
			m->a = m->x;
		return 0;
	default:
		return machine_transfer(m, i);
	}
}

int filter_judge(const struct sock_fprog *program, const struct seccomp_data *data,
		 struct verdict *ret_verdict)
{
	struct machine m = { .data = data, .verdict = { .argument = -1 } };

	/* Jumps only lead forward, so this ends. */
	for (int64_t at = 0; at < program->len; at++) {
		const struct sock_filter *i = &program->filter[at];
		int64_t skip = BPF_CLASS(i->code) == BPF_JMP ? machine_jump(&m, i) : 0;
		int ended = BPF_CLASS(i->code) == BPF_JMP ? 0 : machine_step(&m, i);

		if (skip < 0 || ended < 0)
			return -EINVAL;
		if (ended) {
			*ret_verdict = m.verdict;
			return 0;
		}
		at += skip;
	}
	return -EINVAL;
}
