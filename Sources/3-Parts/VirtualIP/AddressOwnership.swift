package import Determinism
package import RaftTypes

/// What this node does about the address.
package enum AddressAction: Hashable, Sendable {
  /// Take it for this term; answered by `claimed` or `refused`.
  case claim(Term)
  /// Let go of it now: stop listening on it and reset its connections.
  case release
}

/// What happened that concerns the address.
package enum AddressEvent: Hashable, Sendable {
  /// This node leads the term and its first entry is applied: it can serve.
  case mayHold(Term)
  /// This node leads no more, or is about to say so.
  case mustRelease
  /// The kernel gave the address to this node, in this term.
  case claimed(Term)
  /// The kernel did not: another process of the host still holds it.
  case refused(Term)
}

/// Who may hold the virtual IP, and when: one address, one node, as a value.
///
/// The address is routing, never authority: reads prove leadership and writes commit in the
/// holder's own term, so that a second holder could cost availability, never a stale read. A claim
/// therefore needs only this: the term's first entry is applied, so that the first request through
/// the address never meets a leader that cannot serve yet (pitfall 63). A release comes before
/// anything that lets a successor exist.
///
/// Invariants: at most one claim is open; nothing is held in a term that ended.
package struct AddressOwnership: Hashable, Sendable {
  /// How far the claim of this node has come; idle: it neither holds nor wants the address.
  package enum State: Hashable, Sendable {
    case idle
    /// Asked for, not answered.
    case claiming(Term)
    /// Given up before the answer came: what it brings must go, and nothing is asked before.
    case givingUp(Term)
    /// Refused; asked for again at that instant.
    case waiting(Term, until: Instant)
    case holding(Term)
  }

  package private(set) var state = State.idle
  private let retry: TimeSpan

  /// - Parameter retry: how long to wait before a refused claim is repeated.
  package init(retry: TimeSpan = .milliseconds(10)) { self.retry = retry }

  package var isHolding: Bool { if case .holding = state { true } else { false } }

  /// When `pass` wants to be called.
  package var nextDeadline: Instant {
    if case .waiting(_, let until) = state { until } else { .distantFuture }
  }

  /// Lets an event happen and says what to do about it.
  package mutating func step(_ event: AddressEvent, at now: Instant) -> AddressAction? {
    switch (event, state) {
    case (.mayHold(let term), .idle):
      state = .claiming(term)
      return .claim(term)
    case (.mayHold, .claiming), (.mayHold, .givingUp), (.mayHold, .waiting), (.mayHold, .holding):
      return nil
    case (.mustRelease, .claiming(let term)):
      state = .givingUp(term)
      return .release
    case (.mustRelease, .holding):
      state = .idle
      return .release
    case (.mustRelease, .waiting):
      state = .idle
      return nil
    case (.mustRelease, .idle), (.mustRelease, .givingUp): return nil
    case (.claimed(let term), .claiming(let asked)) where term == asked:
      state = .holding(term)
      return nil
    case (.claimed(let term), .givingUp(let asked)) where term == asked:
      state = .idle
      return .release
    case (.refused(let term), .claiming(let asked)) where term == asked:
      state = .waiting(term, until: now + retry)
      return nil
    case (.refused(let term), .givingUp(let asked)) where term == asked:
      state = .idle
      return nil
    case (.claimed, _), (.refused, _):
      // The answer to a question that is not open.
      return nil
    }
  }

  /// Repeats a refused claim once its time has come.
  package mutating func pass(at now: Instant) -> AddressAction? {
    guard case .waiting(let term, let until) = state, now >= until else { return nil }
    state = .claiming(term)
    return .claim(term)
  }
}
