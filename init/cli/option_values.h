/* option_values.h: the values that are more than a word: how they become part of the plan. Each
 * returns NULL, or what is wrong. */
#ifndef OPTION_VALUES_H
#define OPTION_VALUES_H

#include "init/plan.h"

const char *option_add_listen(struct plan *plan, const char *value);
const char *option_add_ports(struct plan *plan, const char *value);
const char *option_add_chown(struct plan *plan, const char *value);
const char *option_add_writable(struct plan *plan, const char *value);
const char *option_add_limits(struct plan *plan, const char *value);
const char *option_add_environment(struct plan *plan, const char *value);
const char *option_add_file_env(struct plan *plan, const char *value);
const char *option_add_with(struct plan *plan, const char *value);
const char *option_add_with_file(struct plan *plan, const char *value);
const char *option_set_every(struct plan *plan, const char *value);
const char *option_set_restart(struct plan *plan, const char *value);
const char *option_set_ready(struct plan *plan, const char *value);

/* Room for one more element behind count of them; NULL without memory. */
#define OPTION_LIST_ADD(list, count, element)                                                      \
	({                                                                                         \
		void *grown = reallocarray(list, (count) + 1, sizeof(*(list)));                    \
		if (grown) {                                                                       \
			(list) = grown;                                                            \
			(list)[(count)++] = (element);                                             \
		}                                                                                  \
		grown ? NULL : "out of memory";                                                    \
	})

#endif
