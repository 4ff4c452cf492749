import Glibc

/// How many files and sockets this process may have open.
enum OpenFiles {
  /// Kept for the log, snapshots, peers and the runtime, when clients are counted.
  private static let ownUse = 512

  /// Raises the limit as far as the hard one allows: the usual soft limit of 1024 is there for
  /// programs that use select(2), and would end far below the connections that a node serves.
  static func raiseLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Connections of clients that fit into the limit; at least some.
  static var forClients: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return ownUse }
    return max(64, Int(clamping: limit.rlim_cur) - ownUse)
  }
}
