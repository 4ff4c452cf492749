#ifndef CHEAP_H
#define CHEAP_H

#include <stdint.h>

/// A program that links this has jemalloc(3) for its malloc, in the ways that heap.c chooses;
/// $MALLOC_CONF has the last word.

/// A number that jemalloc tells by its name in jemalloc(3), such as `stats.allocated` and
/// `opt.narenas`; a truth is 0 or 1. Statistics are those of now: to gather them takes the locks
/// of the heap, one by one. 0, or an errno(3): ENOENT for a name that there is not, EINVAL for
/// what is no number.
int heap_number(const char *name, uint64_t *number);

#endif
