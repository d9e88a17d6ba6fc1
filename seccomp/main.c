/* drop-seccomp: compiles seccomp profiles, and says what any of them will do. */
#include "seccomp/commands/commands.h"
#include "seccomp/commands/report.h"
#include "seccomp/names/capability_name.h"
#include "seccomp/profile/vocabulary.h"
#include "build.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

struct command {
	const char *name;
	int (*run)(const struct command_line *line);
	int least, most; /* operands */
	const char *usage;
};

static const struct command commands[] = {
	{ "compile", command_compile, 1, 1,
	  "compile PROFILE [-o FILTER] [--arch ARCH]... [--caps LIST] [--kernel X.Y] "
	  "[--strict]" },
	{ "check", command_check, 1, 1, "check PROFILE|FILTER" },
	{ "explain", command_explain, 1, 8, "explain [PROFILE|FILTER] SYSCALL [ARG...]" },
	{ "show", command_show, 1, 1, "show PROFILE|FILTER" },
	{ "diff", command_diff, 2, 2, "diff PROFILE|FILTER PROFILE|FILTER" },
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

enum option_id { OPTION_ARCH = 256, OPTION_CAPS, OPTION_KERNEL, OPTION_STRICT };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "arch", required_argument, NULL, OPTION_ARCH },
	{ "caps", required_argument, NULL, OPTION_CAPS },
	{ "kernel", required_argument, NULL, OPTION_KERNEL },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void help_print(void)
{
	printf("Compile seccomp profiles in Docker's or OCI's JSON, and tell what they do.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("%s drop-seccomp %s\n", i ? "      " : "Usage:", commands[i].usage);
	printf("\nA PROFILE is a JSON file, or the name of one that comes with drop-init: default, "
	       "strict\nor docker-default. A FILTER is what compile has written.\n\n"
	       "  -o, --output FILTER  where the filter goes; standard output without it, or for -\n"
	       "      --arch ARCH      an architecture of the filter, in place of the profile's;\n"
	       "                       the first is the one that includes and excludes go by\n"
	       "      --caps LIST      the capabilities that the command will have, with commas\n"
	       "                       between them; none without it\n"
	       "      --kernel X.Y     judge minKernel by this version, not by the running one\n"
	       "      --strict         an unknown syscall name is an error\n"
	       "  -h, --help           show this\n"
	       "      --version        show the version\n\n"
	       "Exit status: 0; 1 when diff finds a difference, or check that nothing can be started\n"
	       "under it; 125 with a message for anything else.\n");
}

static bool caps_parse(const char *list, uint64_t *ret_capabilities)
{
	uint64_t capabilities = 0;

	while (*list) {
		size_t length = strcspn(list, ",");
		char word[32];
		int number;

		snprintf(word, sizeof(word), "%.*s", (int)length, list);
		number = length < sizeof(word) ? capability_number(word) : -1;
		if (number < 0) {
			report("--caps %s: unknown capability '%.*s'", list, (int)length, list);
			return false;
		}
		capabilities |= (uint64_t)1 << number;
		list += length;
		list += *list == ',' ? 1 : 0;
	}
	*ret_capabilities = capabilities;
	return true;
}

static bool arch_parse(const char *word, struct target *target)
{
	unsigned int arch;

	if (!arch_by_scmp(word, &arch) && !arch_by_name(word, &arch)) {
		report("--arch %s: unknown architecture", word);
		return false;
	}
	if (!target->arches)
		target->arch = arch;
	target->arches |= 1U << arch;
	return true;
}

static bool option_parse(int option, const char *argument, struct command_line *line)
{
	switch (option) {
	case 'o':
		line->output = argument;
		return true;
	case OPTION_ARCH:
		return arch_parse(argument, &line->target);
	case OPTION_CAPS:
		return caps_parse(argument, &line->target.capabilities);
	case OPTION_KERNEL:
		if (word_kernel(argument, &line->target.kernel))
			return true;
		report("--kernel %s: is not a version like 6.1", argument);
		return false;
	default: /* OPTION_STRICT */
		line->strict = true;
		return true;
	}
}

/* What getopt_long(3) did not take. */
static void option_complain(int option, char *const *arguments)
{
	const char *word = arguments[optind - 1];

	if (option == ':')
		report("%s: a value is missing (see drop-seccomp --help)", word);
	else if (optopt && optopt < 256 && strncmp(word, "--", 2) != 0)
		report("-%c: unknown option (see drop-seccomp --help)", optopt);
	else
		report("%s: unknown option (see drop-seccomp --help)", word);
}

/* Returns 0 to go on, 1 when everything has been done, -1 for an error that has been said. */
static int command_line_parse(int count, char **arguments, struct command_line *line)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, ":o:h", options, NULL)) != -1) {
		if (option == '?' || option == ':') {
			option_complain(option, arguments);
			return -1;
		}
		if (option == 'h') {
			help_print();
			return 1;
		}
		if (option == 'V') {
			puts("drop-seccomp " VERSION " (" BUILT_FOR ", " COMMIT ")");
			return 1;
		}
		if (!option_parse(option, optarg, line))
			return -1;
	}
	return 0;
}

/* The running kernel's version, as far as includes and excludes go. */
static uint32_t kernel_running(void)
{
	struct utsname name;
	unsigned int version = 0, patch = 0;

	if (uname(&name) == 0)
		(void)sscanf(name.release, "%3u.%3u", &version, &patch);
	return version << 16 | patch;
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int output_finish(int status)
{
	if (status == EXIT_OWN_FAILURE || (fflush(stdout) == 0 && !ferror(stdout)))
		return status;
	report("standard output: cannot write");
	return EXIT_OWN_FAILURE;
}

int main(int count, char **arguments)
{
	struct command_line line = { .target = { .arch = arch_native() } };
	const struct command *command;
	int done;

	line.target.kernel = kernel_running();
	done = command_line_parse(count, arguments, &line);
	if (done)
		return output_finish(done > 0 ? EXIT_SUCCESS : EXIT_OWN_FAILURE);
	if (optind == count) {
		report("a command is missing (see drop-seccomp --help)");
		return EXIT_OWN_FAILURE;
	}
	command = command_find(arguments[optind]);
	if (!command) {
		report("%s: unknown command (see drop-seccomp --help)", arguments[optind]);
		return EXIT_OWN_FAILURE;
	}
	line.operands = arguments + optind + 1;
	line.operand_count = count - optind - 1;
	if (line.operand_count < command->least || line.operand_count > command->most) {
		report("%s: too %s arguments (usage: drop-seccomp %s)", command->name,
		       line.operand_count < command->least ? "few" : "many", command->usage);
		return EXIT_OWN_FAILURE;
	}
	return output_finish(command->run(&line));
}
