/* table.h: the system calls of one architecture, in groups of those that are treated alike. */
#ifndef TABLE_H
#define TABLE_H

#include "seccomp/filter/filter_file.h"
#include "seccomp/filter/program.h"

#define TABLE_NUMBERS 1024
#define ACTION_TEXT   80
#define NAME_TEXT     64

/* What a call gets, from a filter, or from each of two. */
struct treatment {
	enum { TREATMENT_SAME, TREATMENT_PLAIN, TREATMENT_DEPENDS } kind; /* …on arguments */
	uint32_t left, right;						  /* if it is plain */
};

struct table {
	unsigned int arch;
	uint32_t base; /* of the numbers: x32's bit, or 0 */
	struct treatment calls[TABLE_NUMBERS];
};

void table_open(struct table *table, unsigned int arch);

/* A call without arguments, and its name or NULL; copied into buffer. */
struct seccomp_data table_data(const struct table *table, uint32_t call);
const char *table_name(const struct table *table, uint32_t call, char buffer[NAME_TEXT]);

bool treatment_equal(const struct treatment *a, const struct treatment *b);

/* Print the plain ones: what head prints of each kind, and then the calls' names, wrapped. Calls
 * that have no names are told by numbers.
 */
void table_print(const struct table *table, void (*head)(const struct treatment *treatment));

/* Is this an architecture that a filter is not for: is there one action for every call? */
bool table_foreign(const struct table *table, const struct filter *filter, uint32_t *ret_action);

#endif
