#include "CHeap.h"

#include <jemalloc/jemalloc.h>
#include <stdint.h>

// jemalloc's own choices, but for one: what was freed and not needed again within ten seconds is
// given back to the kernel by a thread of its own. Without it whoever frees does that, and a node
// that nobody asks for anything would keep it all. docs/decisions/0045-heap.md has the figures.
const char *malloc_conf = "background_thread:true";

int heap_gather_statistics(void) {
  uint64_t epoch = 1;
  return mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
}

int heap_number(const char *name, size_t *number) {
  size_t size = sizeof *number;
  return mallctl(name, number, &size, NULL, 0);
}
