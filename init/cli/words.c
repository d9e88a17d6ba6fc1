#include "init/cli/words.h"

#include "init/cli/expand.h"
#include "init/sys/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

struct splitter {
	const struct plan *plan; /* NULL: only quotes and blanks mean something */
	const char *at;
	char **words;
	size_t count;
};

static const char *special_refuse(char c)
{
	return text_format("'%c' means something to a shell, and there is none here (quote it, or "
			   "use sh -c '…')",
			   c);
}

static const char *dollar_take(struct splitter *s, FILE *word)
{
	if (s->plan && s->plan->expand)
		return expand_reference(s->plan, &s->at, word);
	if (s->plan)
		return "'$' means something to a shell, and there is none here (quote it by '…', use "
		       "sh -c '…', or add --expand)";
	(void)fputc(*s->at++, word); /* fclose(3) tells of a failure */
	return NULL;
}

static const char *single_quotes_take(struct splitter *s, FILE *word)
{
	const char *end = strchr(++s->at, '\'');

	if (!end)
		return "a ' is open at the end";
	(void)fwrite(s->at, 1, (size_t)(end - s->at), word);
	s->at = end + 1;
	return NULL;
}

/* Between double quotes the backslash only protects what would mean something there. */
static const char *double_quotes_take(struct splitter *s, FILE *word)
{
	const char *wrong = NULL;

	for (s->at++; !wrong && *s->at != '"';) {
		if (!*s->at)
			return "a \" is open at the end";
		if (*s->at == '\\' && s->at[1] && strchr("\\\"$`", s->at[1]))
			s->at++;
		else if (*s->at == '$') {
			wrong = dollar_take(s, word);
			continue;
		} else if (*s->at == '`' && s->plan)
			return special_refuse('`');
		(void)fputc(*s->at++, word);
	}
	s->at++;
	return wrong;
}

/* One piece of a word: a quoted part, or a character. */
static const char *piece_take(struct splitter *s, FILE *word)
{
	switch (*s->at) {
	case '\'':
		return single_quotes_take(s, word);
	case '"':
		return double_quotes_take(s, word);
	case '$':
		return dollar_take(s, word);
	case '\\':
		if (!s->at[1])
			return "a backslash is the last character";
		s->at++;
		break;
	default:
		if (s->plan && strchr("|&;<>()*?`", *s->at))
			return special_refuse(*s->at);
	}
	(void)fputc(*s->at++, word);
	return NULL;
}

static const char *word_take(struct splitter *s)
{
	char **grown = reallocarray(s->words, s->count + 2, sizeof(*grown));
	const char *wrong = NULL;
	char *text = NULL;
	size_t size;
	FILE *word;

	if (grown)
		s->words = grown;
	word = grown ? open_memstream(&text, &size) : NULL;
	if (!word)
		return "out of memory";
	while (!wrong && *s->at && !strchr(BLANKS, *s->at))
		wrong = piece_take(s, word);
	if (fclose(word) && !wrong)
		wrong = "out of memory";
	s->words[s->count++] = text;
	s->words[s->count] = NULL;
	return wrong;
}

static const char *split(const struct plan *plan, const char *text, char ***ret_words)
{
	struct splitter s = { .plan = plan,
			      .at = text,
			      .words = reallocarray(NULL, 1, sizeof(char *)) };
	const char *wrong = s.words ? NULL : "out of memory";

	if (s.words)
		s.words[0] = NULL;
	for (;;) {
		s.at += strspn(s.at, BLANKS);
		if (wrong || !*s.at || (plan && *s.at == '#'))
			break;
		wrong = word_take(&s);
	}
	if (!wrong)
		*ret_words = s.words;
	return wrong;
}

const char *words_split(const struct plan *plan, const char *text, char ***ret_words)
{
	return split(plan, text, ret_words);
}

const char *words_split_plain(const char *text, char ***ret_words)
{
	return split(NULL, text, ret_words);
}
