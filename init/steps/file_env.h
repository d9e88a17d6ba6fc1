/* file_env.h: --file-env NAME: where NAME_FILE is set, NAME is what is in that file: a secret that
 * only root may read, as Docker and Kubernetes mount it. NAME__FILE (Grafana's) is taken as well.
 *
 * The file is read while we are root, through path.h. Nothing of what is in it is ever said; what
 * was read is wiped once the command has it. */
#ifndef FILE_ENV_H
#define FILE_ENV_H

#include "init/steps/step.h"

/* Read all of them into run->secrets; check only looks whether they could be read. */
void file_env_check(struct run *run, struct outlook *outlook);
const struct failure *file_env_run(struct run *run);

/* Overwrite what was read, and forget it. */
void file_env_wipe(struct run *run);

#endif
