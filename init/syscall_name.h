/* syscall_name.h: the names of this machine's system calls. */
#ifndef SYSCALL_NAME_H
#define SYSCALL_NAME_H

#define SYSCALL_COUNT 512 /* more than there are */

/* NULL for a number without a name here. */
const char *syscall_name(int number);

/* -1 for a name that this machine does not have. */
int syscall_number(const char *name);

/* The number after this one (-1: the first) in the order of the names, or -1 after the last. */
int syscall_next(int number);

#endif
