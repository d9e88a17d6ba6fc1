/* steps.h: all of the steps, for the table of main.c. */
#ifndef STEPS_H
#define STEPS_H

#include "init/steps/chown.h"
#include "init/steps/command.h"
#include "init/steps/file_env.h"
#include "init/steps/install.h"
#include "init/steps/limits.h"
#include "init/steps/ports.h"
#include "init/steps/record.h"
#include "init/steps/seccomp_profile.h"
#include "init/steps/sockets.h"
#include "init/steps/step_down.h"
#include "init/steps/streams.h"
#include "init/steps/writable.h"

#endif
