/* Random profiles: compiled, proved, and then run at points that the proof did not choose. */
#include "seccomp/compiler/compile.h"
#include "seccomp/compiler/semantics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILES      2000
#define POINTS	      2000
#define RULES_MAX     6
#define TEXT_MAX_SIZE 8192

static uint64_t state = 20260731; /* any number: the same profiles in each run */

static uint32_t random_below(uint32_t limit)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33) % limit;
}

/* Values that meet each other, and the edges of both halves. */
static uint64_t random_value(void)
{
	static const uint64_t values[] = {
		0,
		1,
		5,
		6,
		7,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x100000005,
		0x100000006,
		0x5ffffffff,
		0x500000005,
		0x8000000000000000,
		0xffffffffffffffff,
	};

	return values[random_below(sizeof(values) / sizeof(*values))];
}

struct text {
	char bytes[TEXT_MAX_SIZE];
	size_t used;
};

static void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void text_add(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text->used += (size_t)vsnprintf(text->bytes + text->used, sizeof(text->bytes) - text->used,
					format, arguments);
	va_end(arguments);
}

static void conditions_add(struct text *text)
{
	static const char *const operators[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };
	uint32_t count = random_below(4);

	text_add(text, ",\"args\":[");
	for (uint32_t i = 0; i < count; i++) {
		const char *word = operators[random_below(7)];

		text_add(text,
			 "%s{\"index\":%u,\"value\":%" PRIu64 ",\"valueTwo\":%" PRIu64
			 ",\"op\":\"SCMP_CMP_%s\"}",
			 i ? "," : "", random_below(3), random_value(), random_value(), word);
	}
	text_add(text, "]");
}

static void profile_write(struct text *text)
{
	static const char *const actions[] = { "ALLOW", "LOG", "TRAP", "ERRNO", "KILL_PROCESS" };
	static const char *const names[] = { "read", "write", "socket", "clone", "mseal" };
	uint32_t rules = random_below(RULES_MAX) + 1;

	text->used = 0;
	text_add(text, "{\"defaultAction\":\"SCMP_ACT_%s\"", actions[random_below(5)]);
	if (random_below(2))
		text_add(text, ",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]");
	text_add(text, ",\"syscalls\":[");
	for (uint32_t i = 0; i < rules; i++) {
		text_add(text, "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_%s\"", i ? "," : "",
			 names[random_below(5)], actions[random_below(5)]);
		conditions_add(text);
		text_add(text, "}");
	}
	text_add(text, "]}");
}

/* A point near the profiles' values, for a syscall that they name or for another one. */
static struct seccomp_data random_point(uint32_t audit)
{
	static const int numbers[] = { 0, 1, 41, 56, 462, 3, 359, 102, 120, 4, 999 };
	struct seccomp_data data = {
		.nr = numbers[random_below(sizeof(numbers) / sizeof(*numbers))],
		.arch = audit,
	};

	for (int i = 0; i < ARGUMENTS_MAX; i++)
		data.args[i] = random_value() + random_below(5) - 2;
	return data;
}

static bool points_agree(const struct compiled *compiled)
{
	for (size_t which = 0; which < compiled->ruleset.arch_count; which++) {
		const struct arch_rules *rules = &compiled->ruleset.arches[which];

		for (int i = 0; i < POINTS; i++) {
			struct seccomp_data data = random_point(arch_get(rules->arch)->audit);

			if (rules_decide(rules, &data).action !=
			    program_run(&compiled->program, &data).action)
				return false;
		}
	}
	return true;
}

struct result {
	int compiled, refused, wrong;
};

static void profile_try(struct result *result)
{
	struct target target = { .arch = arch_native(), .kernel = 6 << 16 };
	struct findings findings = { 0 };
	struct compiled compiled;
	struct text text;

	profile_write(&text);
	if (!profile_compile(text.bytes, text.used, &target, &findings, &compiled)) {
		result->refused++;
	} else {
		result->compiled++;
		if (!points_agree(&compiled)) {
			result->wrong++;
			printf("# %s\n", text.bytes);
		}
	}
	for (size_t i = 0; i < findings.count; i++) {
		if (getenv("SECCOMP_RANDOM_VERBOSE") && findings.list[i].level == FINDING_ERROR)
			printf("# %s: %s\n# %s\n", findings.list[i].place, findings.list[i].text,
			       text.bytes);
	}
	findings_free(&findings);
	compiled_free(&compiled);
}

int main(void)
{
	struct result result = { 0 };

	printf("1..2\n");
	for (int i = 0; i < PROFILES; i++)
		profile_try(&result);
	printf("# %d profiles compiled, %d refused\n", result.compiled, result.refused);
	printf("%sok 1 - no random profile compiles to a filter that differs from its semantics\n",
	       result.wrong ? "not " : "");
	printf("%sok 2 - most random profiles compile\n",
	       result.compiled > PROFILES / 2 ? "" : "not ");
	return 0;
}
