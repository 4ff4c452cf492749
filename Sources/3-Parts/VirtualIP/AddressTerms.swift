package import ClientProtocol
package import Determinism

/// On what terms this node may hold the address: what its host can enforce, and for how long a
/// quorum's word lasts.
package struct AddressTerms: Hashable, Sendable {
  package let tier: AddressTier
  /// L: a hold ends this long after the newest round that a quorum acknowledged was sent.
  package let lease: TimeSpan
  /// For how long after a quorum's last word the host might still answer for the address, whatever
  /// becomes of its processes.
  package let linger: TimeSpan

  package init(tier: AddressTier, lease: TimeSpan, linger: TimeSpan) {
    self.tier = tier
    self.lease = lease
    self.linger = linger
  }

  /// The terms of a tier.
  ///
  /// L is the shortest election timeout, less the drift of two clocks: whoever is elected the
  /// ordinary way then has nothing to wait for.
  /// - Parameters:
  ///   - electionLeast: E.
  ///   - lifetime: N, the kernel's lifetime of the address; what expires it is up to 1.3 s late.
  package init(_ tier: AddressTier, electionLeast: TimeSpan, lifetime: TimeSpan = .seconds(2)) {
    let lease = electionLeast.shortened
    let linger: TimeSpan =
      switch tier {
      case .none, .loopback, .command: .zero
      case .gate: lease
      case .lifetime: lease + lifetime + .milliseconds(1300)
      }
    self.init(tier: tier, lease: lease, linger: linger)
  }

  /// Whether a claim must wait until every earlier one is over. Where the kernel, or an operator's
  /// program, lets only one have the address, there is nothing to wait for.
  package var waits: Bool {
    switch tier {
    case .gate, .lifetime: true
    case .none, .loopback, .command: false
    }
  }
}
