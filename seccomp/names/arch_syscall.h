/* arch_syscall.h: names and numbers of system calls on every architecture, by libseccomp's tables,
 * also of those that are newer than it.
 */
#ifndef ARCH_SYSCALL_H
#define ARCH_SYSCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is this the name of a system call on any architecture at all? */
bool syscall_exists(const char *name);

/* NULL, or why no filter for an architecture can be made here. */
const char *arch_obstacle(unsigned int arch);

/* The number as a filter sees it. False where the architecture has no such system call, or has it
 * only behind socketcall(2) or ipc(2).
 */
bool arch_syscall_number(unsigned int arch, const char *name, uint32_t *ret_number);

/* Where the architecture has the call behind socketcall(2) or ipc(2): that one's number, and the
 * first argument that selects it. False elsewhere.
 */
bool arch_syscall_multiplexed(unsigned int arch, const char *name, uint32_t *ret_number,
			      uint32_t *ret_call);

/* runc's measure of how new a profile is: the number that libseccomp resolves the name to, but not
 * for what 32-bit machines have behind socketcall(2) too. False for none.
 */
bool arch_syscall_age(unsigned int arch, const char *name, uint32_t *ret_number);

/* The name of a number, or NULL; copied into buffer. */
const char *arch_syscall_name(unsigned int arch, uint32_t number, char *buffer, size_t size);

#endif
