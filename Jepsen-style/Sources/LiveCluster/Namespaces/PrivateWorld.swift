internal import Glibc

/// Namespaces of network and mounts of our own, so that nothing of a run is left on the machine,
/// whatever becomes of the harness.
package enum PrivateWorld {
  private static let mark = "QUOIN_LIVE_WORLD"

  package static var isPossible: Bool { geteuid() == 0 }

  /// Whether this process lives in one.
  package static var isInside: Bool { getenv(mark) != nil }

  /// Starts this program again inside one, in this process, with the same arguments; returns only
  /// when it is inside already, or when it may not.
  ///
  /// - Parameter network: whether the network is private too, or only the mounts.
  package static func enter(network: Bool) throws(LiveFailure) {
    guard !isInside, isPossible, Command.exists("unshare") else { return }
    guard let program = Programs.ownPath else { throw LiveFailure("/proc is not mounted") }
    let words =
      ["unshare", "--mount", "--propagation", "private"] + (network ? ["--net"] : [])
      + ["--", program] + CommandLine.arguments.dropFirst()
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    argv.append(nil)
    setenv(mark, "1", 1)
    execvp("unshare", argv)
    throw TextFile.failure("exec", "unshare")
  }
}
