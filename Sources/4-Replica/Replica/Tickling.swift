internal import Determinism
internal import NetworkTypes

/// The clients of an earlier holder, who are told three times: packets get lost, those of a burst
/// most of all.
struct Tickling: Sendable {
  private let pieces: [[Flow]]
  private var due: [Instant]

  /// Nobody is to be told.
  init() {
    pieces = []
    due = []
  }

  /// At once; when a burst that was too much for somebody's queue is over; and when a client whose
  /// answer went to the holder before may answer again: Linux answers stray packets of a connection
  /// once in 500 ms (tcp_invalid_ratelimit of ip-sysctl).
  init(_ pieces: [[Flow]], at now: Instant) {
    self.pieces = pieces
    due = pieces.isEmpty ? [] : [now, now + .milliseconds(50), now + .milliseconds(600)]
  }

  /// When some are to be told.
  var nextDeadline: Instant { due.first ?? .distantFuture }

  /// Whom to tell now, in pieces that one message takes.
  mutating func pass(at now: Instant) -> [[Flow]] {
    guard now >= nextDeadline else { return [] }
    due.removeFirst()
    return pieces
  }
}
