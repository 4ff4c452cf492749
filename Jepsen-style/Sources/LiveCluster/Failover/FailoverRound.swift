/// One round: a fault at the holder, and what a client and an observer saw of it.
package struct FailoverRound: Equatable, Sendable {
  package var kind: FailoverKind
  package var number: Int
  package var from: Int
  package var to: Int
  /// Nanoseconds of CLOCK_BOOTTIME: when the fault began, and when all nodes were equal again.
  package var begin: UInt64
  package var end: UInt64
  /// The longest time between two answered writes.
  package var gap: UInt64
  /// What showed that the fault was in force; nil: it counts for nothing.
  package var evidence: String?
  /// When clients with open connections learned of it; nil: there were none, or nothing moved.
  package var news: ClientNews?

  /// As a line for people.
  package var line: String {
    let length = Double((end - begin) / 1_000_000) / 1000
    return "\(kind.rawValue) \(number): h\(from) -> h\(to), gap \(Self.milliseconds(gap)) ms, "
      + "\(evidence ?? "NOT INJECTED"), \(length) s"
      + (news.map { ", " + $0.line } ?? "")
  }

  /// With one digit behind the point.
  static func milliseconds(_ nanoseconds: UInt64) -> String {
    let tenths = (nanoseconds + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
