/* install.h: --install: copy this binary to where another container can start it. */
#ifndef INSTALL_H
#define INSTALL_H

/* Copy ourselves to path (into it where it is a folder), mode 0755, whole or not at all: for init
 * containers and images without a shell or cp. Needs /proc. Exits with 0, or dies where it cannot.
 */
_Noreturn void install_self(const char *path);

#endif
