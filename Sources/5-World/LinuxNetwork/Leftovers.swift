internal import Determinism
package import NetworkTypes

/// What processes of ours have put on this host and not taken away: addresses with our tag, and
/// tables with our names.
package enum Leftovers {
  /// The addresses of all of them, in order. Whether their process still lives, the kernel does
  /// not know.
  package static func addresses() throws(NetworkFault) -> [IPAddress] {
    var found = try gates()
    let socket = try NetlinkSocket(.route)
    for family in [IPAddress.Family.v4, .v6] {
      let replies = try socket.dump(RouteMessages.listAddresses(family), "list addresses")
      for reply in replies {
        guard let entry = ConfiguredAddress(reply), entry.isOurs else { continue }
        if !found.contains(entry.address) { found.append(entry.address) }
      }
    }
    return found.sorted()
  }

  /// NFT_MSG_GETTABLE of linux/netfilter/nf_tables.h; none where the kernel has no nf_tables.
  private static func gates() throws(NetworkFault) -> [IPAddress] {
    do {
      let socket = try NetlinkSocket(.netfilter)
      // NFNL_SUBSYS_NFTABLES in the upper byte; struct nfgenmsg: NFPROTO_NETDEV, 0, 0.
      let question = NetlinkMessage(10 << 8 | 1, .dump, header: [5, 0, 0, 0])
      return try socket.dump(question, "list gates").compactMap { reply in
        // NFTA_TABLE_NAME is 1.
        let name = reply.attributes(after: 4).first { $0.type == 1 }?.payload.prefix { $0 != 0 }
        return name.flatMap { GateRules.address(ofTable: String(decoding: $0, as: UTF8.self)) }
      }
    } catch .unsupported {
      return []
    }
  }
}

extension GateRules {
  /// The address whose gate has that name; nil for a table of somebody else.
  static func address(ofTable name: String) -> IPAddress? {
    var digits = Array(name.utf8)[...]
    for letter in "quoin_".utf8 {
      guard digits.popFirst() == letter else { return nil }
    }
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() {
      guard let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    // The way back decides: capitals, signs and an odd digit are no name of ours.
    guard let address = IPAddress(bytes: bytes), table(of: address) == name else { return nil }
    return address
  }
}
