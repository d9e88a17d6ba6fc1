#include "init/steps/outlook.h"

#include "init/chown/ownership.h"
#include "init/privileges/capabilities.h"
#include "init/privileges/credentials.h"
#include "init/privileges/groups.h"
#include "init/sys/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void line_add(struct outlook *outlook, struct outlook_line line)
{
	struct outlook_line *grown =
		reallocarray(outlook->lines, outlook->line_count + 1, sizeof(*outlook->lines));

	if (!grown)
		abort(); /* a check that cannot say what it found must not look like a yes */
	outlook->lines = grown;
	grown[outlook->line_count++] = line;
}

void outlook_say(struct outlook *outlook, bool ok, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		abort(); /* as above */
	va_end(arguments);
	line_add(outlook, (struct outlook_line){ ok, outlook->helper, outlook->step, text });
}

void outlook_take(struct outlook *outlook, const struct outlook *from)
{
	for (size_t i = 0; i < from->line_count; i++)
		line_add(outlook, from->lines[i]);
}

void outlook_refuse(struct outlook *outlook, const char *about, const struct failure *failure)
{
	const char *advice = failure->advice ? text_format(" (%s)", failure->advice) : "";

	outlook_say(outlook, false, "%s%s%s%s", about, *about ? ": " : "",
		    failure->error ? strerror(failure->error) : failure->tried, advice);
}

void outlook_add_chown(struct outlook *outlook, const struct chown_spec *spec)
{
	const struct chown_spec **grown = reallocarray(outlook->chowns, outlook->chown_count + 1,
						       sizeof(const struct chown_spec *));

	if (!grown)
		return; /* later steps then know less, and say NO */
	outlook->chowns = grown;
	grown[outlook->chown_count++] = spec;
}

/* What path will be after every --chown; the last one that changes it counts. Returns 0 or -errno.
 */
static int path_foresee(const struct outlook *outlook, const char *path,
			struct ownership_forecast *ret_forecast,
			const struct chown_spec **ret_given)
{
	struct ownership_forecast forecast = { 0 };

	for (size_t i = 0; i < outlook->chown_count; i++) {
		const struct chown_spec *spec = outlook->chowns[i];
		const int r = ownership_foresee(spec, path, &forecast);

		if (r < 0)
			return r;
		if (!ret_forecast->exists || (forecast.covered && !forecast.why_left))
			*ret_forecast = forecast;
		if (forecast.covered) {
			ret_forecast->why_left = forecast.why_left;
			*ret_given = spec;
		}
		if (forecast.made)
			*ret_given = spec;
	}
	return 0;
}

/* Who is to get in. */
struct visitor {
	struct identity identity;
	bool overrides;	    /* CAP_DAC_OVERRIDE */
	const char *advice; /* where it is not let in */
};

/* The command, which has no such capability once it is another user; or we, as now. */
static struct visitor visitor_of(const struct plan *plan)
{
	struct visitor visitor = { .advice = "" };

	if (plan && (plan->drops || plan->becomes)) {
		visitor.identity = plan->identity;
		return visitor;
	}
	visitor.identity = credentials_now();
	visitor.overrides = capabilities_have(CAP_DAC_OVERRIDE);
	if (!visitor.overrides && visitor.identity.uid == 0)
		visitor.advice = " (a capability is missing: add DAC_OVERRIDE)";
	return visitor;
}

static bool forecast_lets(const struct ownership_forecast *forecast, const struct visitor *visitor,
			  int wanted)
{
	const struct identity *user = &visitor->identity;
	const mode_t bits = forecast->uid == user->uid		      ? forecast->mode >> 6
			    : identity_has_group(user, forecast->gid) ? forecast->mode >> 3
								      : forecast->mode;

	return visitor->overrides || (bits & (mode_t)wanted) == (mode_t)wanted;
}

static const char *component_obstacle(const struct outlook *outlook, const struct visitor *visitor,
				      const char *path, int wanted,
				      const struct chown_spec **ret_given)
{
	struct ownership_forecast forecast = { 0 };
	const int r = path_foresee(outlook, path, &forecast, ret_given);
	struct statvfs fs;

	if (r < 0)
		return text_format("'%s': %s%s", path, strerror(-r),
				   r == -EACCES ? visitor->advice : "");
	if (!forecast.exists)
		return text_format("'%s' does not exist", path);
	if ((wanted & W_OK) && S_ISDIR(forecast.mode))
		wanted |= X_OK;
	if ((wanted & W_OK) && statvfs(path, &fs) == 0 && fs.f_flag & ST_RDONLY)
		return text_format("'%s' is on a read-only file system", path);
	if (forecast_lets(&forecast, visitor, wanted))
		return NULL;
	return text_format("'%s' will belong to %u:%u with mode %04o, which does not let user %u "
			   "in%s%s%s",
			   path, forecast.uid, forecast.gid, forecast.mode & 07777,
			   visitor->identity.uid, forecast.why_left ? ": " : "",
			   forecast.why_left ? forecast.why_left : "", visitor->advice);
}

const char *outlook_obstacle(const struct outlook *outlook, const struct plan *plan,
			     const char *path, int wanted, const char *now, const char **ret_once)
{
	const struct chown_spec *given = NULL;
	struct visitor visitor;
	const size_t length = strlen(path);
	const char *then = NULL;

	*ret_once = "";
	if (*path != '/' || !outlook->chown_count)
		return now;
	visitor = visitor_of(plan);
	for (size_t end = 1; end <= length && !then; end++) {
		const char *component = text_format("%.*s", (int)end, path);

		if (end == length)
			then = component_obstacle(outlook, &visitor, path, wanted, &given);
		else if (path[end] == '/')
			then = component_obstacle(outlook, &visitor, component, X_OK, &given);
	}
	if (!given)
		return now;
	if (now || then)
		*ret_once = text_format(", once --chown %s is done", given->text);
	return then;
}
