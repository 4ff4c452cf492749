internal import Synchronization

/// The endpoint that answered last, shared by all operations of a client.
///
/// It is a lease: when it ends the list is tried from its beginning again, so that a client which
/// fell back to a follower during an election returns to the virtual address.
final class Preference: Sendable {
  private struct Choice {
    var endpoint: Endpoint
    var until: ContinuousClock.Instant
  }
  private let choice = Mutex<Choice?>(nil)
  private let lease: Duration

  init(lease: Duration = .seconds(5)) { self.lease = lease }

  func current(at now: ContinuousClock.Instant) -> Endpoint? {
    choice.withLock { choice in
      guard let held = choice, now < held.until else { return nil }
      return held.endpoint
    }
  }

  /// `endpoint` answered. A running lease is not prolonged: its end is what brings the client back.
  func answered(_ endpoint: Endpoint, at now: ContinuousClock.Instant) {
    choice.withLock { choice in
      if let held = choice, held.endpoint == endpoint, now < held.until { return }
      choice = Choice(endpoint: endpoint, until: now + lease)
    }
  }

  func failed(_ endpoint: Endpoint) {
    choice.withLock { choice in
      if choice?.endpoint == endpoint { choice = nil }
    }
  }
}
