#include "init/cli/expand.h"

#include "init/steps/secret_source.h"
#include "init/sys/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 256

/* "$NAME" or "${NAME:-word}", cut into its parts. */
struct reference {
	char name[NAME_SIZE];
	char form; /* '-' or '?' behind a colon; 0: neither */
	const char *word;
	size_t word_length;
};

static size_t name_length(const char *at)
{
	size_t length = 0;

	while (at[length] == '_' || isalpha((unsigned char)at[length]) ||
	       (length && isdigit((unsigned char)at[length])))
		length++;
	return length;
}

static const char *braces_parse(const char **at, size_t length, struct reference *ret)
{
	const char *behind = *at + length;
	const char *end = strchr(*at, '}');

	if (!end)
		return "a '${' without its '}'";
	if (behind != end && (behind[0] != ':' || (behind[1] != '-' && behind[1] != '?')))
		return text_format("'${%.*s}' is none of ${NAME}, ${NAME:-word} and "
				   "${NAME:?message}, all that --expand knows",
				   (int)(end - *at), *at);
	if (memchr(behind, '$', (size_t)(end - behind)))
		return text_format("'${%.*s}': a '$' inside another; nothing is nested here",
				   (int)(end - *at), *at);
	if (behind != end) {
		ret->form = behind[1];
		ret->word = behind + 2;
		ret->word_length = (size_t)(end - ret->word);
	}
	*at = end + 1;
	return NULL;
}

static const char *reference_parse(const char **at, struct reference *ret)
{
	const bool braces = **at == '{';
	const char *name = *at += braces;
	const size_t length = name_length(name);

	if (!length)
		return "a '$' without a name behind it ($$ is a dollar sign)";
	if (length >= sizeof(ret->name))
		return "a name that is too long";
	memcpy(ret->name, name, length);
	if (braces)
		return braces_parse(at, length, ret);
	*at += length;
	return NULL;
}

/* NULL: unset. */
static const char *value_find(const struct plan *plan, const char *name)
{
	const struct identity *identity = &plan->identity;

	if (plan->drops && !strcmp(name, "HOME"))
		return identity->home && *identity->home ? identity->home : "/";
	if (plan->drops && (!strcmp(name, "USER") || !strcmp(name, "LOGNAME")))
		return identity->name ? identity->name : text_format("%u", identity->uid);
	return getenv(name);
}

const char *expand_reference(const struct plan *plan, const char **at, FILE *out)
{
	struct reference reference = { 0 };
	const char *wrong, *value;

	++*at;
	if (**at == '$') {
		++*at;
		(void)fputc('$', out); /* whoever closes it sees a failure */
		return NULL;
	}
	wrong = reference_parse(at, &reference);
	if (wrong)
		return wrong;
	if (secret_source_has(plan, reference.name))
		return text_format("%s comes from a file, by --file-env, and would stand in a "
				   "command line for everybody to see (let the command read it)",
				   reference.name);
	value = value_find(plan, reference.name);
	if (reference.form && value && !*value)
		value = NULL;
	if (value)
		(void)fputs(value, out);
	else if (reference.form == '-')
		(void)fwrite(reference.word, 1, reference.word_length, out);
	else if (reference.form == '?' && reference.word_length)
		return text_format("%s: %.*s", reference.name, (int)reference.word_length,
				   reference.word);
	else
		return text_format("%s is not set (set it, or write ${%s:-…})", reference.name,
				   reference.name);
	return NULL;
}

const char *expand_text(const struct plan *plan, const char *text, const char **ret_text)
{
	const char *wrong = NULL;
	char *expanded = NULL;
	size_t size;
	FILE *out = open_memstream(&expanded, &size);

	if (!out)
		return "out of memory";
	while (!wrong && *text) {
		if (*text == '$')
			wrong = expand_reference(plan, &text, out);
		else
			(void)fputc(*text++, out);
	}
	if (fclose(out) && !wrong)
		wrong = "out of memory";
	if (!wrong)
		*ret_text = expanded;
	return wrong;
}
