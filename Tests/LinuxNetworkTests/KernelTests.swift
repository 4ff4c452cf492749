import Testing

/// Tests against the real kernel, in network namespaces of their own. One at a time: they measure
/// milliseconds on a machine that may have two cores.
@Suite(
  "The kernel", .serialized, .timeLimit(.minutes(1)),
  .enabled(
    if: Lab.isPossible,
    "needs root (CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW) to make network namespaces"),
  .enabled("needs a kernel with nf_tables and its netdev family", Lab.hasTables))
enum KernelTests {}
