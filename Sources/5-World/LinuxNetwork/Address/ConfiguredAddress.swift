import Glibc
import NetworkTypes

/// An address on an interface of this host, as RTM_NEWADDR describes it (linux/if_addr.h).
struct ConfiguredAddress: Equatable {
  static let newAddress: UInt16 = 20  // RTM_NEWADDR
  static let deletedAddress: UInt16 = 21  // RTM_DELADDR

  let address: IPAddress
  let prefixLength: UInt8
  let interface: Int32
  /// The prefix is the whole address, as ours always is.
  var isHost: Bool { Int(prefixLength) == address.family.byteCount * 8 }
  /// It bears our tag: a process of ours has put it there.
  let isOurs: Bool

  /// Nil for any other message, and for one that is cut short.
  init?(_ reply: NetlinkReply) {
    guard [Self.newAddress, Self.deletedAddress].contains(reply.type),
      let prefixLength = reply.payload.dropFirst().first,
      let interface = ByteOrder.host(reply.payload, at: 4, as: Int32.self)
    else { return nil }
    let attributes = reply.attributes(after: 8)
    func payload(_ type: UInt16) -> ArraySlice<UInt8>? {
      attributes.first { $0.type == type }?.payload
    }
    // On a link between two hosts IFA_ADDRESS (1) is the other end and IFA_LOCAL (2) this one.
    guard let address = (payload(2) ?? payload(1)).flatMap({ IPAddress(bytes: $0) }) else {
      return nil
    }
    self.address = address
    self.prefixLength = prefixLength
    self.interface = interface
    let label = payload(3).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let isTagged = payload(11).map { Array($0) == [RouteMessages.tag] } ?? false
    // Nothing but whole addresses: what an operator tagged so by chance is not removed.
    isOurs =
      Int(prefixLength) == address.family.byteCount * 8
      && (isTagged || label?.hasSuffix(RouteMessages.labelSuffix) == true)
  }

  /// All of this host that are `address`, whatever their interface.
  static func all(
    of address: IPAddress, by socket: NetlinkSocket
  ) throws(NetworkFault) -> [ConfiguredAddress] {
    try socket.dump(RouteMessages.listAddresses(address.family), "list addresses")
      .compactMap(ConfiguredAddress.init).filter { $0.address == address }
  }
}
