internal import Glibc

/// Ends the kvnodes of a cluster, however they were started: who holds the lock of a data directory
/// is asked to stop (SIGTERM), and killed when it has not within the time.
struct ClusterShutdown {
  /// How long a node may take to hand leadership over, finish its writes and close: several
  /// elections.
  static let patience: Duration = .seconds(10)

  let directories: [String]

  /// How many were ended, and which of them had to be killed.
  func run() async throws(CommandFailure) -> (ended: Int, killed: [pid_t]) {
    var running: [(directory: String, pid: pid_t)] = []
    for directory in directories {
      guard let pid = try LocalCluster.holder(of: directory) else { continue }
      running.append((directory, pid))
      kill(pid, SIGTERM)
    }
    let count = running.count
    running = try await wait(for: running, atMost: Self.patience)
    for (_, pid) in running { kill(pid, SIGKILL) }
    let killed = running.map(\.pid)
    running = try await wait(for: running, atMost: .seconds(5))
    guard let (directory, pid) = running.first else { return (count, killed) }
    throw CommandFailure(
      "process \(pid) holds \(directory) even after SIGKILL: it hangs in the kernel; check the disk"
    )
  }

  /// Those that still hold their directories when all are gone or the time is up.
  private func wait(
    for processes: [(directory: String, pid: pid_t)], atMost time: Duration
  ) async throws(CommandFailure) -> [(directory: String, pid: pid_t)] {
    let end = ContinuousClock.now + time
    var left = processes
    while !left.isEmpty {
      var still: [(directory: String, pid: pid_t)] = []
      for process in left where try LocalCluster.holder(of: process.directory) == process.pid {
        still.append(process)
      }
      left = still
      guard !left.isEmpty, ContinuousClock.now < end else { break }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return left
  }
}
