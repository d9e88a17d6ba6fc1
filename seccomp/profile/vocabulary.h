/* vocabulary.h: the words of the profile language: actions, operators, flags, errnos.
 *
 * Every look-up returns false for a word that does not exist, and then leaves ret_… untouched.
 */
#ifndef VOCABULARY_H
#define VOCABULARY_H

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SCMP_ACT_… without an errno: SCMP_ACT_ERRNO(0) and SCMP_ACT_TRACE(0) for those two. */
bool word_action(const char *word, uint32_t *ret_action);

/* "SCMP_ACT_ERRNO EPERM (1)", the way that actions are shown. */
void action_describe(uint32_t action, char *buffer, size_t size);

/* SCMP_CMP_… */
bool word_comparison(const char *word, enum scmp_compare *ret_comparison);
const char *comparison_symbol(enum scmp_compare comparison);

/* SECCOMP_FILTER_FLAG_…: one bit of seccomp(2)'s flags. */
bool word_flag(const char *word, uint64_t *ret_flag);

/* The flags as their words, separated by ", "; "none" for none. */
void flags_describe(uint32_t flags, char *buffer, size_t size);

/* EPERM and so on, aliases included. */
bool word_errno(const char *word, unsigned int *ret_errno);

/* X.Y as X << 16 | Y. */
bool word_kernel(const char *word, uint32_t *ret_version);

#endif
