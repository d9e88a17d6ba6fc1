/* record_read.h: reading what --record has written, be it indented in another way. */
#ifndef RECORD_READ_H
#define RECORD_READ_H

#include "init/unotify/record.h"

#if defined(__x86_64__)
#define RECORD_ARCHITECTURE "SCMP_ARCH_X86_64"
#elif defined(__aarch64__)
#define RECORD_ARCHITECTURE "SCMP_ARCH_AARCH64"
#else
#define RECORD_ARCHITECTURE "SCMP_ARCH_RISCV64"
#endif

/* What the comment is when nothing was hidden from the recording. */
#define RECORD_COMMENT "Written by drop-init --record."

/* Add the profile in TEXT (terminated) to the record. NULL, or what is not as --record writes it:
 * anything that a recording could not hold is refused, for it would be lost. */
const char *record_read(struct record *record, const char *text);

#endif
