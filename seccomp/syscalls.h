/* syscalls.h: names and numbers of syscalls, also of those that are newer than libseccomp. */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

/* Is this the name of a syscall on any architecture at all? */
bool syscall_known(const char *name);

/* The number to give to libseccomp for a rule on one architecture; libseccomp wants the number that
 * the machine's own architecture has, negative where it has none. False when it takes none, as for
 * newer syscalls on another architecture than the machine's.
 */
bool syscall_rule_number(const char *name, unsigned int arch, int *ret_number);

/* The number as a filter sees it. False where the architecture has no such syscall, or has it only
 * behind socketcall(2) or ipc(2).
 */
bool syscall_number(const char *name, unsigned int arch, uint32_t *ret_number);

/* Where the architecture has the syscall behind socketcall(2) or ipc(2): that one's number, and the
 * first argument that selects it. False elsewhere.
 */
bool syscall_multiplexed(const char *name, unsigned int arch, uint32_t *ret_number,
			 uint32_t *ret_call);

/* runc's measure of how new a profile is: the number that libseccomp resolves the name to, but not
 * for what 32-bit machines have behind socketcall(2) too. False for none.
 */
bool syscall_age(const char *name, unsigned int arch, uint32_t *ret_number);

/* The name of a number, or NULL; copied into buffer. */
const char *syscall_name(uint32_t number, unsigned int arch, char *buffer, unsigned long size);

#endif
