/* emit.h: a graph of tests as a program. */
#ifndef EMIT_H
#define EMIT_H

#include "seccomp/compiler/graph.h"

/* Write the program that starts at root. -E2BIG: longer than the kernel takes; -ENOMEM. The caller
 * frees ret_program's instructions.
 */
int graph_emit(const struct graph *graph, unsigned int root, struct sock_fprog *ret_program);

#endif
