/* relro.h: what the linker set aside to be read-only after relocation (RELRO) really is.
 *
 * musl's static programs relocate themselves and leave that segment writable (1.2.3, 1.2.5). */
#ifndef RELRO_H
#define RELRO_H

/* Make our own PT_GNU_RELRO read-only, where it is not yet: once, before anything else. Returns 0
 * or -errno. mprotect(2) */
int relro_protect(void);

#endif
