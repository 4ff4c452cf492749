import Glibc
import LineOutput

/// How the guard speaks to whoever started it; the journal adds the time.
enum Voice {
  // Made by the first line: not before the privileges are gone, which a thread would keep.
  fileprivate static let lines = LineWriter(program: "vipguard")

  /// Ends the process once everything is said.
  static func end(_ code: Int32, _ reason: String) -> Never {
    lines.finish("vipguard: \(reason)")
    exit(code)
  }

  /// Returns once everything is said.
  static func finish() { lines.finish() }
}

/// Says a line. Never waits: the loop that renews the address says most of them.
func say(_ line: String) {
  Voice.lines.write("vipguard: \(line)\n")
}
