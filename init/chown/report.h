/* report.h: filling in the report of a walk. */
#ifndef CHOWN_REPORT_H
#define CHOWN_REPORT_H

#include "init/chown/node.h"

/* Note that something failed: name in folder, or PATH where folder is NULL. The first few are
 * kept. */
void report_add_failure(struct ownership_report *report, const struct node *folder,
			const char *name, const struct ownership_failure *failure);

/* Note that something was left alone. */
void report_add_left(struct ownership_report *report, const struct node *folder, const char *name,
		     enum ownership_left left);

/* "it is a device: let the user have its group: --groups". */
const char *left_format(enum ownership_left left);

#endif
