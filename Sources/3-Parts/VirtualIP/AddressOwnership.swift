package import Determinism
package import RaftTypes

/// What happened that concerns the address.
package enum AddressEvent: Hashable, Sendable {
  /// This node leads the term and its first entry is applied: it can serve, and every earlier hold
  /// is over at that instant.
  case mayHold(Term, from: Instant)
  /// A quorum acknowledged a round of this term: its word lasts until that instant.
  case leased(Term, until: Instant)
  /// This node leads no more, or is about to say so.
  case mustRelease
  /// The address was given to this node, in this term.
  case claimed(Term)
  /// It was not.
  case refused(Term, AddressRefusal)
  /// It was taken away.
  case lost(Term, AddressLoss)
}

/// Who may hold the virtual IP, and when: one address, one node, as a value.
///
/// The address is routing, never authority: reads prove leadership and writes commit in the
/// holder's own term, so that a second holder could cost availability, never a stale read. There
/// is none all the same. A hold is a lease, which a quorum's word renews and the kernel ends; it is
/// asked for only when every earlier one is over, and when the term's first entry is applied, so
/// that the first request through the address never meets a leader that cannot serve (pitfall 63).
/// A release comes before anything that lets a successor exist.
///
/// Invariants: at most one claim is open; nothing is held in a term that ended, nor beyond the
/// lease; the table never hears of a longer lease than a quorum gave.
package struct AddressOwnership: Hashable, Sendable {
  /// How far this node has come; idle: it neither holds nor wants the address.
  package enum State: Hashable, Sendable {
    case idle
    /// It may be asked for from that instant on, under a lease.
    case wanting(Term, from: Instant)
    /// Asked for, not answered.
    case claiming(Term)
    /// Given up before the answer came: what it brings must go, and nothing is asked before.
    case givingUp(Term)
    case holding(Term)
  }

  package private(set) var state = State.idle
  /// When the newest word of a quorum in this term ends.
  package private(set) var lease = Instant(nanoseconds: 0)
  // What the table was told last.
  private var told = Instant(nanoseconds: 0)
  // A word that ends earlier was given before this node was away.
  private var leaseLeast = Instant(nanoseconds: 0)
  private var refusals: UInt64 = 0
  private var seen: Instant
  private let span: TimeSpan

  /// - Parameter lease: L, how long a quorum's word lasts.
  package init(lease: TimeSpan, at now: Instant) {
    span = lease
    seen = now
  }

  package var isHolding: Bool { if case .holding = state { true } else { false } }

  /// The term whose hold this is, or would be.
  private var term: Term? {
    switch state {
    case .idle, .givingUp: nil
    case .wanting(let term, _), .claiming(let term), .holding(let term): term
    }
  }

  /// When `pass` wants to be called.
  package var nextDeadline: Instant {
    switch state {
    case .idle, .claiming, .givingUp: .distantFuture
    case .wanting(_, let from): from < lease ? from : .distantFuture
    case .holding: lease
    }
  }

  /// Lets time pass; comes first in a turn. What a node was told before it was away gives it
  /// nothing new: it asks the quorum first. What it holds ends with its lease, away or not: a
  /// clock that ran on meanwhile ends both, and one that stood still shows no gap (decision 39).
  package mutating func pass(at now: Instant) -> AddressAction? {
    if now.since(seen) > span / 2 {
      leaseLeast = now + span
      if case .wanting = state { lease = Instant(nanoseconds: 0) }
    }
    seen = now
    guard now >= lease else { return claimWhenDue(at: now) }
    lease = Instant(nanoseconds: 0)
    guard case .holding(let term) = state else { return nil }
    state = .wanting(term, from: now)
    return .release
  }

  /// Lets an event happen and says what to do about it.
  package mutating func step(_ event: AddressEvent, at now: Instant) -> AddressAction? {
    switch event {
    case .mayHold(let term, let from):
      mayHold(term, from, at: now)
      return claimWhenDue(at: now)
    case .leased(let term, let until): return leased(term, until, at: now)
    case .mustRelease: return mustRelease()
    case .claimed(let term): return answered(term, at: now)
    case .refused(let term, let reason):
      refused(term, reason, at: now)
      return nil
    case .lost(let term, let reason):
      guard state == .holding(term) else { return nil }
      retry(term, reason.isPassing, at: now)
      return .release
    }
  }

  private mutating func mayHold(_ term: Term, _ from: Instant, at now: Instant) {
    switch state {
    case .idle:
      state = .wanting(term, from: from)
      lease = Instant(nanoseconds: 0)
      refusals = 0
    case .wanting(let wanted, let until) where wanted == term && refusals == 0:
      // An earlier hold turned out to be over.
      state = .wanting(term, from: min(from, until))
    case .wanting, .claiming, .givingUp, .holding: break
    }
  }

  private mutating func leased(_ term: Term, _ until: Instant, at now: Instant) -> AddressAction? {
    guard term == self.term, until > max(lease, now), until >= leaseLeast else { return nil }
    lease = until
    // Not every one of thousands of rounds a second is news for the kernel.
    if case .holding = state, until >= told + span / 16 {
      told = until
      return .renew(term, until: until)
    }
    return claimWhenDue(at: now)
  }

  private mutating func claimWhenDue(at now: Instant) -> AddressAction? {
    guard case .wanting(let term, let from) = state, now >= from, now < lease else { return nil }
    state = .claiming(term)
    told = lease
    return .claim(term, until: lease)
  }

  private mutating func mustRelease() -> AddressAction? {
    switch state {
    case .claiming(let term):
      state = .givingUp(term)
      return .release
    case .holding:
      state = .idle
      return .release
    case .wanting:
      state = .idle
      return nil
    case .idle, .givingUp: return nil
    }
  }

  private mutating func answered(_ term: Term, at now: Instant) -> AddressAction? {
    switch state {
    case .claiming(term):
      refusals = 0
      guard now < lease else {
        state = .wanting(term, from: now)
        return .release
      }
      state = .holding(term)
      guard lease > told else { return nil }
      told = lease
      return .renew(term, until: lease)
    case .givingUp(term):
      state = .idle
      return .release
    case .idle, .wanting, .claiming, .givingUp, .holding:
      return nil  // the answer to a question that is not open
    }
  }

  private mutating func refused(_ term: Term, _ reason: AddressRefusal, at now: Instant) {
    switch state {
    case .claiming(term): retry(term, reason == .busy, at: now)
    case .givingUp(term): state = .idle
    case .idle, .wanting, .claiming, .givingUp, .holding: break
    }
  }

  // What passes by itself is tried again soon; what a person must mend, less and less often.
  private mutating func retry(_ term: Term, _ isPassing: Bool, at now: Instant) {
    refusals += 1
    let pause: TimeSpan =
      isPassing ? .milliseconds(10) : min(.milliseconds(50) * (1 << min(refusals, 7)), .seconds(5))
    state = .wanting(term, from: now + pause)
  }
}

extension AddressLoss {
  fileprivate var isPassing: Bool {
    switch self {
    case .deleted, .expired: true
    case .carrier, .conflict, .guardGone: false
    }
  }
}
