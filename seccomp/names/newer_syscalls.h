/* newer_syscalls.h: what Linux has added since libseccomp 2.5.4 and Debian 12's headers.
 *
 * X(name, number, architecture): the number is the same everywhere, but for those that only one
 * architecture has. The Makefile reads these lines too, for syscall_names.h.
 */
#ifndef NEWER_SYSCALLS_H
#define NEWER_SYSCALLS_H

#define NEWER_SYSCALLS(X)                                                                          \
	X(riscv_hwprobe, 258, SCMP_ARCH_RISCV64)                                                   \
	X(uretprobe, 335, SCMP_ARCH_X86_64)                                                        \
	X(uprobe, 336, SCMP_ARCH_X86_64)                                                           \
	X(cachestat, 451, 0)                                                                       \
	X(fchmodat2, 452, 0)                                                                       \
	X(map_shadow_stack, 453, 0)                                                                \
	X(futex_wake, 454, 0)                                                                      \
	X(futex_wait, 455, 0)                                                                      \
	X(futex_requeue, 456, 0)                                                                   \
	X(statmount, 457, 0)                                                                       \
	X(listmount, 458, 0)                                                                       \
	X(lsm_get_self_attr, 459, 0)                                                               \
	X(lsm_set_self_attr, 460, 0)                                                               \
	X(lsm_list_modules, 461, 0)                                                                \
	X(mseal, 462, 0)                                                                           \
	X(setxattrat, 463, 0)                                                                      \
	X(getxattrat, 464, 0)                                                                      \
	X(listxattrat, 465, 0)                                                                     \
	X(removexattrat, 466, 0)                                                                   \
	X(open_tree_attr, 467, 0)                                                                  \
	X(file_getattr, 468, 0)                                                                    \
	X(file_setattr, 469, 0)

#endif
