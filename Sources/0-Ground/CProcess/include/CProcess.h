// System calls about this process and whom it talks to that are variadic in glibc, have no wrapper
// there, or are not in Swift's view of it. Each returns 0 or an errno(3) unless it says otherwise.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <stddef.h>
#include <stdint.h>

/// Keeps exactly the capabilities of `mask` (bit n: capability n of linux/capability.h) in this
/// thread, for ever: permitted, effective and bounding set. Call it before any thread is started.
int process_keep_capabilities(uint64_t mask);

/// The capabilities that this thread has in effect.
int process_read_capabilities(uint64_t *mask);

/// Sets no_new_privs (prctl(2)): no program that this process becomes gets more than it has.
int process_forbid_privileges(void);

/// Who connected the Unix socket (SO_PEERCRED of unix(7)), as it was at that moment.
int process_peer_of(int socket, int32_t *pid, uint32_t *user);

/// Runs `body` on a new, detached thread called `name` (at most 15 bytes). SIGTERM, SIGINT and
/// SIGHUP are blocked there: they are for those who wait for them.
int process_start_thread(const char *name, void *(*body)(void *), void *context);

/// Ties this thread to one processor, counted from 0; EINVAL when there is no such.
int process_stay_on(int processor);

/// Gives this thread the priority of real time (SCHED_FIFO of sched(7)): what else wants its
/// processor waits, but for the kernel. EPERM without CAP_SYS_NICE.
int process_take_precedence(void);

/// Blocks SIGTERM, SIGINT and SIGHUP and makes a descriptor that is readable once one has come
/// (signalfd(2)); negative: an errno(3).
int process_signals(void);

/// The most descriptors that one packet carries here.
enum { process_passed_most = 64 };

/// Sends one packet, and with it copies of these descriptors (SCM_RIGHTS, unix(7)); does not block.
/// The bytes sent; negative: an errno(3).
long process_send_passing(int socket, const void *bytes, size_t count, const int *sockets,
                          int passed);

/// Receives one packet and the descriptors that came with it, which are the caller's to close;
/// `sockets` has room for `process_passed_most`. Does not block. The packet's length, also when
/// that is more than `room`; negative: an errno(3).
long process_receive_passed(int socket, void *bytes, size_t room, int *sockets, int *passed);

/// Tells the service manager that started this process, if any, lines such as `READY=1`
/// (sd_notify(3)): one datagram to the socket that $NOTIFY_SOCKET names. Never waits.
int process_notify(const char *state);

/// How often, in microseconds, the service manager wants to hear `WATCHDOG=1`: half of
/// $WATCHDOG_USEC; 0 for never.
uint64_t process_watchdog_period(void);

#endif
