internal import RaftTypes
internal import VirtualIP

/// The network segment that the virtual IP lives on, in loopback mode: whoever has the socket has
/// the address, and a second one is refused until it is closed.
struct AddressSegment {
  /// The holder's place, and the term it claimed it for.
  private(set) var holder: (place: Int, term: Term)?
  private(set) var changes = 0

  /// Carries out what a node decided; the answer to a claim comes at once, the node hears it later.
  mutating func perform(_ action: AddressAction, by place: Int) -> AddressEvent? {
    switch action {
    case .release:
      if holder?.place == place { holder = nil }
      return nil
    case .claim(let term):
      guard holder == nil || holder?.place == place else { return .refused(term) }
      holder = (place, term)
      changes += 1
      return .claimed(term)
    }
  }

  /// A process that dies closes its sockets.
  mutating func died(_ place: Int) {
    if holder?.place == place { holder = nil }
  }
}
