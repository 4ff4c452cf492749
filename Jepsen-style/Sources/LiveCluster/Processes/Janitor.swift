package import Glibc

/// Ends every process of a run when the harness ends, however it ends.
///
/// A shell holds the other end of a pipe and waits; when the harness is gone, killed with -9 even,
/// the pipe closes and the shell kills its process group, in which all nodes are.
package final class Janitor: Sendable {
  private let shell: ChildProcess
  private let pipeEnd: Int32

  package init(log: String) throws(LiveFailure) {
    var ends: [Int32] = [0, 0]
    // Only this process may hold the end whose closing is the signal.
    let isMade = DescriptorGate.pass {
      guard pipe(&ends) == 0 else { return false }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return true
    }
    guard isMade else { throw TextFile.failure("pipe", "for the janitor") }
    defer { close(ends[0]) }
    shell = try ChildProcess(
      ["/bin/sh", "-c", "read line; kill -9 0"], log: log, input: ends[0])
    pipeEnd = ends[1]
  }

  deinit { close(pipeEnd) }

  /// The process group that nodes join.
  package var group: pid_t { shell.pid }
}
