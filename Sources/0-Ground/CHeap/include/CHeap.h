#ifndef CHEAP_H
#define CHEAP_H

#include <stddef.h>

/// A program that links this has jemalloc(3) for its malloc, in the ways that heap.c chooses;
/// $MALLOC_CONF has the last word.

/// Renews what `stats.` names tell: they stand still until the next call, and so fit each other.
/// Takes the locks of the heap, one by one. 0, or an errno(3).
int heap_gather_statistics(void);

/// What jemalloc tells under a name of jemalloc(3) whose type there is `size_t` or `ssize_t`. 0, or
/// an errno(3): ENOENT for a name that there is not, EINVAL for one of another size.
int heap_number(const char *name, size_t *number);

#endif
