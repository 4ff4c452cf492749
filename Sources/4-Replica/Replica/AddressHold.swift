internal import BinaryCodec
internal import ClientProtocol
internal import Determinism
internal import RaftTypes
internal import VirtualIP

/// What a replica remembers of the virtual IP beside the policy's own state.
struct AddressHold: Sendable {
  /// Nil: this node never holds it.
  var terms: AddressTerms?
  /// The term in which it was given up for good.
  var relinquished: Term?
  /// The term for which the segment was asked who has it.
  var probed = Term.zero
  /// The newest claim whose end a peer, or its guard, has told.
  var released: AddressRelease?

  init(_ terms: AddressTerms?) { self.terms = terms }

  /// What this node says of the address at the start of its terms.
  func claim(by node: NodeID) -> Bytes {
    guard let terms else { return [] }
    return AddressClaim(node: node, tier: terms.tier, linger: terms.linger).encoded()[...]
  }
}
