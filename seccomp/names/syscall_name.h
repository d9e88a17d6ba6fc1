/* syscall_name.h: the system calls of the machine that this is built for, by name. */
#ifndef SYSCALL_NAME_H
#define SYSCALL_NAME_H

/* NULL for a number without a name here. */
const char *syscall_name(int number);

/* -1 for a name that this machine does not have. */
int syscall_number(const char *name);

#endif
