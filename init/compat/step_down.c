/* gosu 1.17 and su-exec 0.2: become the user, and the command. No init, and nothing that they do
 * not do: root stays allowed, no capability, filter or no_new_privs is touched, and only HOME is
 * set. */
#include "init/compat/compat.h"

#include <unistd.h>

#define GOSU_VERSION "1.17 (drop-init " VERSION ")\n"

static const char gosu_usage[] = "Usage: % user-spec command [args]\n"
				 "   eg: % tianon bash\n"
				 "       % nobody:root bash -c 'whoami && id'\n"
				 "       % 1000:1 id\n\n"
				 "% version: " GOSU_VERSION;

static const struct event_words gosu_words[] = {
	{ EVENT_EXEC_FAILED, MESSAGE_ERROR, "exec: \"%c\": %e" },
	{ 0 },
};
static const struct event_words su_exec_words[] = {
	{ EVENT_EXEC_FAILED, MESSAGE_ERROR, "%c: %e" },
	{ 0 },
};

static void begin(struct plan *plan)
{
	plan->becomes = true;
	plan->exec = true;
}

static void begin_with_shell(struct plan *plan)
{
	begin(plan);
	plan->shell_fallback = true;
}

static const struct option_row gosu_rows[] = {
	{ 'h', .name = "help", .apply = compat_print_help },
	{ '?', .apply = compat_print_help },
	{ 'v', .name = "version", .apply = compat_print_version },
};

const struct compat compat_gosu = {
	.names = { "gosu" },
	.rows = gosu_rows,
	.row_count = sizeof(gosu_rows) / sizeof(*gosu_rows),
	.words = gosu_words,
	.style = { .before = { "error: ", "warning: ", "", "" },
		   .own_failure = 1,
		   .exec_failure = 1 },
	.text_fd = STDOUT_FILENO,
	.version = GOSU_VERSION,
	.help = gosu_usage,
	.usage = gosu_usage,
	.usage_after_mistake = gosu_usage,
	.begin = begin,
};

const struct compat compat_su_exec = {
	.names = { "su-exec" },
	.words = su_exec_words,
	.style = { .before = { "su-exec: ", "su-exec: ", "su-exec: ", "su-exec: " },
		   .own_failure = 1,
		   .exec_failure = 1 },
	.usage = "Usage: % user-spec command [args]\n",
	.begin = begin_with_shell,
};
