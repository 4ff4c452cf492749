internal import Glibc

/// The wall clock of single nodes, bent by libfaketime. Monotonic clocks stay true: that is how
/// real clocks are wrong.
package enum FakeClock {
  private static let libraries = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map {
    "/usr/lib/\($0)/faketime/libfaketimeMT.so.1"
  }

  private static var library: String? { libraries.first { access($0, R_OK) == 0 } }

  /// Why this machine cannot do it; nil when it can.
  package static var obstacle: String? {
    library == nil ? "libfaketime is not installed (Debian: libfaketime)" : nil
  }

  /// For the environment of a node whose offset stands in `file`.
  static func variables(_ file: String) -> [String] {
    guard let library else { return [] }
    // kvnode's jemalloc asks for the time when it begins, and libfaketime for memory when it is
    // first asked: each would wait for the other for ever. So such a node has libc's malloc, and
    // the operator new that belongs to it.
    return [
      "LD_PRELOAD=\(library):libc.so.6:libstdc++.so.6", "FAKETIME_TIMESTAMP_FILE=\(file)",
      "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1",
    ]
  }

  /// Sets the offset in seconds from now on.
  static func set(_ seconds: Int, _ file: String) throws(LiveFailure) {
    try TextFile.write("\(seconds < 0 ? "" : "+")\(seconds)\n", to: file)
  }
}
