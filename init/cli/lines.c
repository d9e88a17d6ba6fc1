#include "init/cli/lines.h"

#include "init/cli/option_values.h"
#include "init/cli/options.h"
#include "init/privileges/user.h"
#include "init/steps/file_env.h"
#include "init/steps/steps.h"
#include "init/supervise/helpers.h"
#include "init/sys/file.h"
#include "init/sys/path.h"
#include "init/sys/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_NAME	32
#define LARGEST_FILE	(1 << 20)
#define STOP_TIMEOUT_MS 30000
#define BLANKS		" \t\r"

/* --- one line ------------------------------------------------------------------------------- */

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "NAME:"; *ret_name is allocated, *ret_rest what is behind the colon. */
static const char *name_take(const char *line, const char **ret_name, const char **ret_rest)
{
	const size_t length = strcspn(line, ":");
	size_t good = 0;

	while (good < length &&
	       (is_alphanumeric(line[good]) || (good && (line[good] == '_' || line[good] == '-'))))
		good++;
	if (!line[length] || !good || good != length)
		return "not 'NAME: COMMAND', with a NAME of letters, digits, '_' and '-'";
	if (length > LONGEST_NAME)
		return "the name is longer than 32 bytes";
	*ret_name = strndup(line, length);
	*ret_rest = line + length + 1;
	return *ret_name ? NULL : "out of memory";
}

/* What of the command's plan is not for a helper, or has to be its own. */
static void plan_inherit(const struct plan *plan, const char *name, struct plan *ret)
{
	*ret = *plan;
	ret->helper = (struct helper_spec){ .name = name };
	ret->lines = NULL;
	ret->helpers = NULL;
	ret->line_count = ret->helper_count = 0;
	ret->listens = NULL;
	ret->ports = NULL;
	ret->chowns = NULL;
	ret->listen_count = ret->port_count = ret->chown_count = 0;
	ret->writables = ret->file_env = (struct strings){ 0 };
	ret->record = ret->install = NULL;
	ret->command = ret->default_command = NULL;
	for (int n = 0; n < SIGNAL_COUNT; n++)
		ret->rewrite[n] = (uint8_t)n;
	memset(ret->remap_exit, 0, sizeof(ret->remap_exit));
	ret->group = ret->leaves_first = ret->leaves_survivors = ret->suspends = false;
	ret->shell_fallback = false;
	ret->session = ret->subreaper = true;
	ret->parent_death_signal = 0;
	ret->stop_delay_ms = 0;
	ret->stop_timeout_ms = STOP_TIMEOUT_MS;
}

/* What of it the command has, too, is said of the command. */
static const char *helper_check(const struct plan *command, const struct plan *plan)
{
	const struct helper_spec *helper = &plan->helper;

	if (plan_filter_is_barred(plan) && !plan_filter_is_barred(command))
		return "a seccomp filter needs no_new_privs, which --allow-new-privs leaves off: "
		       "add --seccomp none to the line";
	if (helper->once + (helper->every_ms > 0) + helper->restart_given > 1)
		return "--once, --every and --restart exclude each other";
	if ((helper->together || helper->ready_notify) && (helper->once || helper->every_ms))
		return "--together and --ready are not for --once and --every";
	return NULL;
}

/* Is it the line of the command, of a Procfile? */
static bool is_web(const struct plan *plan, const char *name)
{
	return !strcmp(name, "web") && (!plan->command[0] || plan->command_is_line);
}

static bool is_taken(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->helper_count; i++) {
		if (plan->helpers[i].helper.name && !strcmp(plan->helpers[i].helper.name, name))
			return true;
	}
	return false;
}

static const struct failure *helper_add(struct plan *plan, const char *typed, struct plan helper)
{
	if (helper.helper.name && is_taken(plan, helper.helper.name))
		return failure_new(typed, 0, NULL, "two helpers have this name");
	return OPTION_LIST_ADD(plan->helpers, plan->helper_count, helper) ? failure_of_memory()
									  : NULL;
}

static const struct failure *web_parse(struct plan *plan, const char *typed, const char *rest,
				       enum option_place place)
{
	const struct helper_spec *spec = &plan->helper;
	const struct failure *failure;

	if (plan->command_is_line)
		return failure_new(typed, 0, NULL, "two helpers have this name");
	failure = options_parse_line(typed, rest, place, plan);
	plan->command_is_line = true;
	if (!failure && (spec->once || spec->optional || spec->together || spec->ready_notify ||
			 spec->every_ms || spec->restart_given))
		failure = failure_new(typed, 0, NULL,
				      "it is the command, which has none of a helper's options");
	return failure;
}

/* "--with NAME", or "--with-file FILE:3: NAME". */
static const char *typed_format(const char *where, const char *name, enum option_place place)
{
	return text_format(place == OPTION_IN_FILE ? "%s: %s" : "%s %s", where, name);
}

static const struct failure *helper_parse(struct plan *plan, const char *where, const char *name,
					  const char *rest, enum option_place place)
{
	const char *typed = typed_format(where, name, place), *wrong;
	const struct failure *failure;
	struct plan helper;

	plan_inherit(plan, name, &helper);
	helper.helper.in_file = place == OPTION_IN_FILE;
	failure = options_parse_line(typed, rest, place, &helper);
	wrong = failure ? NULL : helper_check(plan, &helper);
	if (wrong)
		failure = failure_new(typed, 0, NULL, "%s", wrong);
	return failure ? failure : helper_add(plan, typed, helper);
}

/* WEB: only the command's line is looked at; else only those of helpers. */
static const struct failure *line_parse(struct plan *plan, const char *where, const char *line,
					enum option_place place, bool web)
{
	const char *name, *rest, *wrong = name_take(line, &name, &rest), *typed;

	if (wrong)
		return failure_new(where, 0, NULL, "'%s': %s", line, wrong);
	typed = typed_format(where, name, place);
	if (!strcmp(name, "command"))
		return failure_new(typed, 0, "take another one", "this name is the command's own");
	if (is_web(plan, name) != web)
		return NULL;
	return web ? web_parse(plan, typed, rest, place)
		   : helper_parse(plan, where, name, rest, place);
}

/* Lines of text: WHERE is how they are called, and their number is added where they are a file's.
 */
static const struct failure *text_parse(struct plan *plan, const char *where, const char *from,
					enum option_place place, bool web)
{
	const struct failure *failure = NULL;
	char *text = strdup(from);
	unsigned number = 0;

	if (!text)
		return failure_of_memory();
	for (char *line; !failure && (line = strsep(&text, "\n"));) {
		number++;
		line += strspn(line, BLANKS);
		if (!*line || *line == '#')
			continue;
		failure = line_parse(
			plan, place == OPTION_IN_FILE ? text_format("%s:%u", where, number) : where,
			line, place, web);
	}
	return failure;
}

/* --- all of them ---------------------------------------------------------------------------- */

static const struct failure *place_hold(struct plan *plan, const char *file)
{
	const struct plan place = { .helper = { .file = file } };

	return helper_add(plan, NULL, place);
}

static const char *names_add(struct strings *all, const struct strings *names)
{
	const char *wrong = NULL;

	for (size_t i = 0; !wrong && i < names->count; i++)
		wrong = OPTION_LIST_ADD(all->at, all->count, names->at[i]);
	return wrong;
}

/* What is one's secret is in nobody else's environment, nor where it is to be found. */
static const struct failure *secrets_hide(struct plan *plan)
{
	const char *wrong;

	plan->hidden = (struct strings){ 0 }; /* not what another plan's points to */
	wrong = names_add(&plan->hidden, &plan->file_env);

	for (size_t i = 0; !wrong && i < plan->helper_count; i++)
		wrong = names_add(&plan->hidden, &plan->helpers[i].file_env);
	for (size_t i = 0; i < plan->helper_count; i++)
		plan->helpers[i].hidden = plan->hidden;
	return wrong ? failure_of_memory() : NULL;
}

/* The command's line first, wherever it is: what others leave out is as for the command. */
static const struct failure *sources_parse(struct plan *plan)
{
	const struct failure *failure = NULL;

	for (size_t i = 0; !failure && i < plan->line_count; i++) {
		if (!plan->lines[i].file)
			failure = text_parse(plan, "--with", plan->lines[i].text, OPTION_ON_LINE,
					     true);
	}
	for (size_t i = 0; !failure && i < plan->line_count; i++) {
		const struct line_source *source = &plan->lines[i];

		failure = source->file
				  ? place_hold(plan, source->file)
				  : text_parse(plan, "--with", source->text, OPTION_ON_LINE, false);
	}
	return failure;
}

bool lines_have_file(const struct plan *plan)
{
	for (size_t i = 0; i < plan->line_count; i++) {
		if (plan->lines[i].file)
			return true;
	}
	return false;
}

const struct failure *lines_parse(struct plan *plan, bool has_operand)
{
	const struct failure *failure = sources_parse(plan);

	if (!failure)
		failure = secrets_hide(plan);
	if (!failure && plan->line_count && !has_operand && plan->default_command)
		failure = failure_new("--default-command", 0, "give the command as an operand",
				      "beside helpers it is not taken");
	if (!failure && plan->line_count && !plan->command[0] && !lines_have_file(plan))
		failure = failure_new("--with", 0, "give it, or call one of the lines web",
				      "no command given, and no line is called web");
	return failure;
}

/* --- files ---------------------------------------------------------------------------------- */

static const struct failure *file_read(const char *file, char **ret_text)
{
	const char *typed = text_format("--with-file %s", file);
	const struct failure *failure;
	struct stat status = { 0 };
	ssize_t length;
	int fd;

	/* Without waiting: it may be a FIFO. */
	failure = path_open_file(typed, file, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &fd);
	if (failure)
		return failure;
	*ret_text = calloc(1, LARGEST_FILE + 1);
	length = *ret_text ? file_read_up_to(fd, *ret_text, LARGEST_FILE) : -ENOMEM;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		failure = failure_new(typed, 0, NULL, "it is no regular file");
	else if (length < 0)
		failure = failure_new(typed, (int)-length, NULL, "cannot read it");
	else if (length == LARGEST_FILE)
		failure = failure_new(typed, 0, NULL, "it is larger than any list of helpers");
	else if (memchr(*ret_text, '\0', (size_t)length))
		failure = failure_new(typed, 0, NULL, "there is a NUL byte in it");
	(void)close(fd); /* it was only read */
	return failure;
}

static const struct failure *file_parse(struct plan *plan, const char *file)
{
	const char *where = text_format("--with-file %s", file);
	char *text;
	const struct failure *failure = file_read(file, &text);

	if (!failure)
		failure = text_parse(plan, where, text, OPTION_IN_FILE, true);
	return failure ? failure : text_parse(plan, where, text, OPTION_IN_FILE, false);
}

const struct failure *lines_read_files(const struct plan *plan, struct plan *ret_plan)
{
	const struct failure *failure = NULL;

	*ret_plan = *plan;
	ret_plan->helpers = NULL;
	ret_plan->helper_count = 0;
	for (size_t i = 0; !failure && i < plan->helper_count; i++) {
		const struct plan *helper = &plan->helpers[i];

		failure = helper->helper.file
				  ? file_parse(ret_plan, helper->helper.file)
				  : helper_add(ret_plan,
					       text_format("--with %s", helper->helper.name),
					       *helper);
	}
	if (!failure)
		failure = secrets_hide(ret_plan);
	if (!failure && !ret_plan->command[0])
		failure = failure_new("--with-file", 0, "give it, or call one of the lines web",
				      "no command given, and no line is called web");
	return failure;
}

/* What its steps did before its line was read, they do again: it was the command line's. */
static const struct failure *web_of_file_run(struct run *run, const struct plan *before)
{
	const struct failure *failure = umask_run(run);

	if (failure || run->plan->file_env.at == before->file_env.at)
		return failure;
	file_env_wipe(run);
	return file_env_run(run);
}

/* The keepers of a file's lines are forked by us as we are by now. */
const struct failure *lines_run(struct run *run)
{
	static struct plan whole;
	const struct plan *before = run->plan;
	const struct failure *failure;

	if (!lines_have_file(before))
		return NULL;
	failure = lines_read_files(before, &whole);
	if (failure)
		return failure;
	run->plan = &whole;
	if (whole.command_is_line && !before->command_is_line)
		failure = web_of_file_run(run, before);
	return failure ? failure : helpers_run(run);
}
