/// What is done to the host that holds the address.
package enum FailoverKind: String, CaseIterable, Sendable {
  /// kill -9 of kvnode.
  case kill
  /// SIGSTOP of all processes of the host.
  case freeze
  /// The public cable is pulled; the private one stays.
  case linkDown = "link-down"
  /// kill -9 of kvnode and guard.
  case killBoth = "kill-both"
  /// Nothing passes between the host and the other nodes; clients still reach it.
  case partition
  /// Nothing passes from the host to the other nodes, or nothing to it, in turn.
  case oneWay = "one-way"
  /// The leader is asked to hand over.
  case transfer

  /// Rounds of a whole soak.
  package var soakRounds: Int {
    switch self {
    case .kill, .freeze, .linkDown: 200
    case .killBoth, .partition, .oneWay, .transfer: 60
    }
  }

  /// What a client may miss at most, in milliseconds; nil where nothing is promised: a leader that
  /// still speaks, but hears nobody, is noticed by itself alone.
  package func bound(_ profile: String) -> (median: UInt64, high: UInt64)? {
    switch self {
    case .transfer: (20, 100)
    case .kill: (100, 400)
    case .freeze, .linkDown, .killBoth, .partition:
      profile == "lan-fast" ? (150, 300) : (500, 900)
    case .oneWay: nil
    }
  }
}
