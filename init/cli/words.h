/* words.h: a line of words, as a shell has them: '…', "…" and the backslash, and no more of it.
 *
 * sh(1), "Quoting". Whatever else a shell would act on is refused where it is not quoted, so that
 * nobody believes that there is one. */
#ifndef WORDS_H
#define WORDS_H

#include "init/plan.h"

/* Cut a line into an allocated, NULL-terminated array of words. With plan->expand a dollar sign
 * that is not between single quotes is replaced (expand.h); what is put in is not cut again. A word
 * that begins with '#' begins a comment. Returns NULL, or what is wrong. */
const char *words_split(const struct plan *plan, const char *text, char ***ret_words);

/* The same of the value of a twin, where only quotes and blanks mean something. */
const char *words_split_plain(const char *text, char ***ret_words);

#endif
