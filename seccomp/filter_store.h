/* filter_store.h: filters in the format of filter_file.h, written, read and recognized. */
#ifndef FILTER_STORE_H
#define FILTER_STORE_H

#include "seccomp/filter_file.h"
#include "seccomp/program.h"

#include <stdbool.h>

#define FILTER_NAME_SIZE sizeof(((struct filter_file_header *)0)->name)

/* A filter that has been read or is to be written. */
struct filter {
	struct program program; /* owned */
	uint32_t audit;		/* AUDIT_ARCH_* */
	uint32_t flags;
	char name[FILTER_NAME_SIZE];
};

/* The filter's bytes as a file has them; the caller frees them. NULL when memory ran out. */
void *filter_encode(const struct filter *filter, size_t *ret_length);

/* Do these bytes start like a filter's? */
bool filter_recognize(const void *bytes, size_t length);

/* Read a filter from bytes and check it. NULL, or what is wrong with it. */
const char *filter_decode(const void *bytes, size_t length, struct filter *ret_filter);

void filter_free(struct filter *filter);

#endif
