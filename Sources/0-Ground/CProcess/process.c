#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

// capset(2): the third version of the header and two halves of 32 bits each are what every kernel
// since 2.6.26 speaks.
int process_keep_capabilities(uint64_t mask) {
  // The bounding set goes first: dropping from it needs CAP_SETPCAP. EINVAL ends the list of what
  // this kernel knows; a process without CAP_SETPCAP can gain nothing by the bounding set anyway.
  for (int capability = 0; capability < 64; capability++) {
    if (mask >> capability & 1) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno == EINVAL) break;
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  for (int half = 0; half < 2; half++) {
    uint32_t bits = (uint32_t)(mask >> (32 * half));
    data[half].effective = bits;
    data[half].permitted = bits;
    data[half].inheritable = 0;
  }
  return syscall(SYS_capset, &header, data) == 0 ? 0 : errno;
}

int process_read_capabilities(uint64_t *mask) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return errno;
  *mask = (uint64_t)data[1].effective << 32 | data[0].effective;
  return 0;
}

int process_forbid_privileges(void) {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int process_peer_of(int socket, int32_t *pid, uint32_t *user) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return errno;
  *pid = peer.pid;
  *user = peer.uid;
  return 0;
}

// What ends a process in an orderly way.
static sigset_t end_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

int process_start_thread(const char *name, void *(*body)(void *), void *context) {
  // A thread is born with the mask of whoever makes it.
  sigset_t set = end_signals(), before;
  pthread_sigmask(SIG_BLOCK, &set, &before);
  pthread_t thread;
  int code = pthread_create(&thread, NULL, body, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (code != 0) return code;
  // A thread without a name works as well.
  pthread_setname_np(thread, name);
  pthread_detach(thread);
  return 0;
}

int process_stay_on(int processor) {
  if (processor < 0 || processor >= CPU_SETSIZE) return EINVAL;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno;
}

int process_take_precedence(void) {
  struct sched_param parameter = {.sched_priority = sched_get_priority_min(SCHED_FIFO)};
  return sched_setscheduler(0, SCHED_FIFO, &parameter) == 0 ? 0 : errno;
}

int process_signals(void) {
  sigset_t set = end_signals();
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -errno;
  int descriptor = signalfd(-1, &set, SFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

enum { most_passed = 64 };

union control {
  struct cmsghdr head;
  char room[CMSG_SPACE(most_passed * sizeof(int))];
};

long process_send_passing(int socket, const void *bytes, size_t count, const int *sockets,
                          int passed) {
  if (passed < 0 || passed > most_passed) return -EINVAL;
  struct iovec part = {(void *)bytes, count};
  union control control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (passed > 0) {
    message.msg_control = control.room;
    message.msg_controllen = CMSG_SPACE((size_t)passed * sizeof(int));
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN((size_t)passed * sizeof(int));
    memcpy(CMSG_DATA(head), sockets, (size_t)passed * sizeof(int));
  }
  ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? -errno : sent;
}

long process_receive_passed(int socket, void *bytes, size_t room, int *sockets, int *passed) {
  struct iovec part = {bytes, room};
  union control control;
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.room,
                           .msg_controllen = sizeof control.room};
  *passed = 0;
  ssize_t count = recvmsg(socket, &message, MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0) return -errno;
  for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    int found = (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(sockets + *passed, CMSG_DATA(head), (size_t)found * sizeof(int));
    *passed += found;
  }
  return count;
}

int process_notify(const char *state) {
  const char *path = getenv("NOTIFY_SOCKET");
  if (path == NULL) return 0;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  // An @ stands for the zero byte of an abstract name, whose length counts.
  if (path[0] == '@') address.sun_path[0] = 0;
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  ssize_t sent = sendto(descriptor, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                        (const struct sockaddr *)&address, size);
  int code = sent < 0 ? errno : 0;
  close(descriptor);
  return code;
}

uint64_t process_watchdog_period(void) {
  const char *period = getenv("WATCHDOG_USEC");
  const char *process = getenv("WATCHDOG_PID");
  if (period == NULL || (process != NULL && strtol(process, NULL, 10) != getpid())) return 0;
  return strtoull(period, NULL, 10) / 2;
}
