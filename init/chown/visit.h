/* visit.h: what a worker does in one folder, in this order; what it finds there is queued by the
 * walk. */
#ifndef CHOWN_VISIT_H
#define CHOWN_VISIT_H

#include "init/chown/worker.h"

/* Hold the folder, open for the first time or again. Returns whether that worked. */
bool folder_begin(struct worker *worker, struct node *node);

/* Read what comes next in it into the worker's listing. Returns the folders there, as a list. From
 * then on the rest of it may be another worker's. */
struct node *folder_list(struct worker *worker, struct node *node);

/* Look at the entries that were listed, and change them. Returns what turned out to be folders. */
struct node *folder_visit(struct worker *worker, struct node *node);

/* All below is done: the folder itself. It was judged when it was opened, and a descriptor of a
 * folder stands for the same folder for ever. What could not be done whole keeps its owner. */
void folder_finish(struct worker *worker, struct node *node);

#endif
