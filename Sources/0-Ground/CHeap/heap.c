#include "CHeap.h"

#include <errno.h>
#include <jemalloc/jemalloc.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

// jemalloc's own choices, but for one: what was freed and not needed again within ten seconds is
// given back to the kernel by a thread of its own. Without it whoever frees does that, and a node
// that nobody asks for anything would keep it all. docs/decisions/0045-heap.md has the figures.
const char *malloc_conf = "background_thread:true";

int heap_number(const char *name, uint64_t *number) {
  if (strncmp(name, "stats.", strlen("stats.")) == 0) {
    uint64_t epoch = 1;
    int code = mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
    if (code != 0) return code;
  }
  // It is told only to who knows its size.
  size_t size = sizeof *number;
  int code = mallctl(name, number, &size, NULL, 0);
  if (code != EINVAL) return code;
  uint32_t word = 0;
  size = sizeof word;
  code = mallctl(name, &word, &size, NULL, 0);
  *number = word;
  if (code != EINVAL) return code;
  bool truth = false;
  size = sizeof truth;
  code = mallctl(name, &truth, &size, NULL, 0);
  *number = truth;
  return code;
}
