public import Determinism
internal import RaftTypes

// Linearizable reads without a round, as long as a quorum has promised its loyalty (§6.4.1). Off by
// default: they stand on clocks, and cost the fast election after a crash.
//
// A promise is given for a time and kept for all of it, whatever the voter hears meanwhile: a term
// that moved on does not end it (stickiness alone would), nor does a connection that broke, nor a
// restart (`votesFrom`; with shorter times only after a restart without lease reads). Only the
// leader can: whom it asked to be elected in its place need not wait.
extension RaftNode {
  /// Whether a leader counts on this node's loyalty.
  var isLoyal: Bool { now < loyalUntil }

  /// Promises the sender of a heartbeat that nobody gets this node's vote for an election timeout.
  mutating func swearLoyalty() -> TimeSpan {
    guard settings.leaseReads, mayVote else { return .zero }
    loyalUntil = max(loyalUntil, now + settings.electionLeast)
    return settings.electionLeast
  }

  mutating func readByLease(_ tickets: [Ticket]) {
    guard let until = leaseReadsUntil, now < until else { return read(tickets) }
    for ticket in tickets {
      effects.readsReady.append(ReadReady(ticket: ticket, index: commit))
    }
    effects.leaseReads += tickets.count
  }

  /// Until when the commit index is what a read may be answered from, because nobody else can lead:
  /// every quorum that could elect another shares a voter with the one that counts here, loyal or
  /// the leader itself. Nil
  /// when there is no such time. It is asked anew each time, of those who decide now: promises of
  /// voters who no longer do are worth nothing.
  public var leaseReadsUntil: Instant? {
    guard settings.leaseReads, case .leader(let leadership) = role, let membership,
      commit >= leadership.termStart
    else { return nil }
    switch leadership.transfer {
    case .none, .catchingUp: break
    case .parting, .handedOver: return nil
    }
    return Quorum.reached(in: membership) { voter in
      voter == id
        ? Instant.distantFuture
        : leadership.progress[voter]?.loyalUntil ?? Instant(nanoseconds: 0)
    }
  }
}

extension Progress {
  /// The follower answered a round that was sent then with a promise.
  mutating func swore(_ loyalty: TimeSpan, to sentAt: Instant) {
    guard loyalty > .zero else { return }
    loyalUntil = max(loyalUntil ?? sentAt, sentAt + loyalty.shortened)
  }
}
