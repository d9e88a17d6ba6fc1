/* links.h: symbolic links that root must not follow, because the command's user has made them.
 *
 * A command that may write to a folder on the way to a socket or a recording can put a link there,
 * and the next start, as root, would create, replace and give away a file wherever it leads to.
 * (--chown follows no link at all.)
 */
#ifndef LINKS_H
#define LINKS_H

#include "init/plan.h"

/* Die where --listen unix:PATH or --record FILE leads through a link that belongs to the user that
 * is stepped down to. symlink(7), path_resolution(7) */
void links_require(const struct plan *plan);

#endif
