/* Every sync of the process takes SLOW_SYNC_MS longer, as on a slower disk. Loaded by LD_PRELOAD
   into kvnode, which syncs through libc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static struct timespec delay;

__attribute__((constructor)) static void read_delay(void) {
  const char *text = getenv("SLOW_SYNC_MS");
  long milliseconds = text ? strtol(text, NULL, 10) : 0;
  delay.tv_sec = milliseconds / 1000;
  delay.tv_nsec = milliseconds % 1000 * 1000000;
}

static int slowly(const char *name, int descriptor) {
  int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int result = sync(descriptor);
  int error = errno;
  struct timespec left = delay;
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  errno = error;
  return result;
}

int fdatasync(int descriptor) { return slowly("fdatasync", descriptor); }
int fsync(int descriptor) { return slowly("fsync", descriptor); }
