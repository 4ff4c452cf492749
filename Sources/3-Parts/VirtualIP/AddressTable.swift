package import Determinism
package import NetworkTypes
package import RaftTypes

/// What this node does about the address.
package enum AddressAction: Hashable, Sendable {
  /// A claim will follow, unless somebody answers: ask the segment who has it, so that the claim
  /// need not wait for that. No answer.
  case probe
  /// Take it for this term, until that instant of the boot clock; answered by `claimed` or
  /// `refused`.
  case claim(Term, until: Instant)
  /// A quorum has spoken again: the hold now ends then. No answer.
  case renew(Term, until: Instant)
  /// Let go of it now: reset its connections, and answer for it no more.
  case release
  /// Tell the segment again who has it.
  case announce(Term)
  /// Tell these clients of an earlier holder that it is gone. At most as many at once as a message
  /// to a guard names; no answer.
  case tickle([Flow])
}

/// Why a claim was not granted.
package enum AddressRefusal: Hashable, Sendable {
  /// Another process of the host, or a holder whose lease is not over, still has it: soon gone.
  case busy
  /// Somebody who is no member answers for it: it must not be fought with.
  case conflict(HardwareAddress)
  /// There is no guard, no interface, no permission; the text says what to do.
  case unavailable(String)
}

/// Why the address was lost without this node's doing.
package enum AddressLoss: Hashable, Sendable {
  /// The link is down: nobody could reach this node at it.
  case carrier
  /// Somebody removed it from the interface.
  case deleted
  /// Somebody who is no member answers for it.
  case conflict(HardwareAddress)
  /// The process that guards it is gone, and took it along.
  case guardGone
  /// The lease ended before it was renewed.
  case expired
}

/// The port through which the address is taken and given up: sockets on loopback, a guard on an
/// interface, an operator's program, or a simulated segment.
package protocol AddressTable: AnyObject {
  /// Does what the policy decided. A release is complete when this returns: no connection to the
  /// address lives on, and none can be made.
  /// - Returns: the answer to a claim, if it is known at once; otherwise it comes later as an
  ///   event.
  func perform(_ action: AddressAction) -> AddressEvent?
}

/// For a node without a virtual IP.
package final class NoAddress: AddressTable {
  package init() {}
  /// Nothing is claimed, nothing answered.
  package func perform(_ action: AddressAction) -> AddressEvent? { nil }
}
