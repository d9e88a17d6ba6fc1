/* emit.h: a graph of tests as a program. */
#ifndef EMIT_H
#define EMIT_H

#include "seccomp/graph.h"

/* Write the program that starts at root. False when memory or the kernel's limit ran out;
 * ret_program is the caller's to free when this returns true.
 */
bool graph_emit(const struct graph *graph, unsigned int root, struct program *ret_program);

#endif
