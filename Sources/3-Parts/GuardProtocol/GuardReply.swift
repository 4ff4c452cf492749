package import Determinism
package import NetworkTypes
package import RaftTypes

/// What a guard tells its kvnode; one packet each.
package enum GuardReply: Hashable, Sendable {
  /// It can do what the hello asks for, at these tiers, in the hello's order.
  case ready([GuardStanding])
  /// It cannot, and why; the connection ends.
  case unusable(String)
  /// The addresses are held in that term.
  case claimed(Term)
  /// They are not.
  case refused(Term, GuardRefusal)
  /// Nothing is held any more; whatever was held in that term, or in any before, is gone.
  case released(Term)
  /// Nothing is held any more, though nobody asked for it.
  case lost(Term, GuardLoss)
  /// The addresses of that term were announced then.
  case announced(Term, at: Instant)
  /// Whether every interface of the addresses has a link now; told when that changes, and after
  /// `ready` when it is not so.
  case carrier(Bool)
  /// Somebody with that hardware address says that it has one of the addresses.
  case conflict(IPAddress, HardwareAddress)
}

/// How one address is kept.
package struct GuardStanding: Hashable, Sendable {
  package let tier: GuardTier
  /// Of the interface: what the segment will hear the address from.
  package let hardware: HardwareAddress

  package init(tier: GuardTier, hardware: HardwareAddress) {
    self.tier = tier
    self.hardware = hardware
  }
}

/// What in the kernel ends a lease when both processes are frozen.
package enum GuardTier: Hashable, Sendable {
  /// The gate shuts to the millisecond; the address goes within the second after its lifetime.
  case gate
  /// The address goes within the second after its lifetime; why there is no gate.
  case lifetimeOnly(String)
}

/// Why a claim was refused.
package enum GuardRefusal: Hashable, Sendable {
  /// A claim of that term was made before: another leader is, or was, newer.
  case staleTerm(known: Term)
  /// The deadline had passed before anything could be opened.
  case late
  /// A stranger answers for the address: nobody's lease explains it.
  case conflict(HardwareAddress)
  /// Something of this host is missing, in words.
  case unavailable(String)
}

/// Why something that was held is held no more.
package enum GuardLoss: Hashable, Sendable {
  /// The link went down, or the interface is gone.
  case carrier
  /// Somebody removes the address again and again, or has removed the gate.
  case deleted
  /// The lease ended without a renewal.
  case expired
}
