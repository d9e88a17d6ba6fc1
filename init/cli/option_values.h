/* option_values.h: the options whose values are more than a word: what each adds to the plan. */
#ifndef OPTION_VALUES_H
#define OPTION_VALUES_H

#include "init/cli/options.h"

void option_add_listen(struct plan *plan, const struct typed *typed);
void option_add_ports(struct plan *plan, const struct typed *typed);
void option_add_chown(struct plan *plan, const struct typed *typed);
void option_add_writable(struct plan *plan, const struct typed *typed);

/* Room for one more element behind count of them; dies without memory. */
void *option_list_grow(void *list, size_t count, size_t size);

#endif
