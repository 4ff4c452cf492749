internal import RaftTypes

/// One thing that may happen to one node next.
enum Stimulus: Hashable {
  /// The message of that number arrives.
  case deliver(UInt32)
  /// A copy of it arrives; it stays in flight.
  case deliverCopy(UInt32)
  /// Time passes until this node's next deadline: it rehearses an election, or beats.
  case expire
  /// Time passes until just before it, so that the node's loyalty to a silent leader ends. A
  /// leader's ends after a shortest election timeout.
  case linger
  /// A client writes; only leaders are asked.
  case propose
  /// The oldest ballot under way becomes durable.
  case saveBallot
  /// The oldest log write under way becomes durable.
  case saveLog
  /// Dies and lives again, with what its disk kept.
  case restart

  /// As one word: the kind above, the message below.
  var code: UInt32 {
    switch self {
    case .deliver(let message): message
    case .deliverCopy(let message): 1 << 28 | message
    case .expire: 2 << 28
    case .linger: 3 << 28
    case .propose: 4 << 28
    case .saveBallot: 5 << 28
    case .saveLog: 6 << 28
    case .restart: 7 << 28
    }
  }
}
