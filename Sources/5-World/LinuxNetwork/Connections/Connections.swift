import Glibc
package import NetworkTypes

/// The TCP connections of the address (sock_diag(7)). A listener is none.
package enum Connections {
  /// Those of `address`, with `port` as the local one if given; at most `Limits.mostFlows`.
  package static func flows(
    to address: IPAddress, port: UInt16? = nil
  ) throws(NetworkFault) -> [Flow] {
    let socket = try NetlinkSocket(.socketDiagnosis)
    return try entries(of: address, port: port, by: socket).prefix(Limits.mostFlows).map(\.flow)
  }

  /// Resets every one of them and says how many. While the gate is open their clients hear of it;
  /// once it is shut they do not. Throws `unsupported` when the kernel has no
  /// INET_DIAG_DESTROY: then only the owner of the sockets can close them.
  @discardableResult
  package static func reset(to address: IPAddress) throws(NetworkFault) -> Int {
    let socket = try NetlinkSocket(.socketDiagnosis)
    var count = 0
    for entry in try entries(of: address, port: nil, by: socket) {
      do {
        try socket.request([SocketDiagnosis.destroy(entry)], "reset a connection")
        count += 1
      } catch .refused(_, ENOENT), .refused(_, ESTALE) {
        // Its owner, or its client, was faster.
      }
    }
    return count
  }

  /// Sends each client of an earlier holder an acknowledgement that it did not expect. It answers,
  /// and this host, which knows no such connection, resets it: so an idle client learns that the
  /// holder has changed. Needs CAP_NET_RAW and an open gate. A client that cannot be reached is
  /// passed over.
  package static func tickle(_ flows: [Flow]) throws(NetworkFault) {
    for family in [IPAddress.Family.v4, .v6] {
      let flows = flows.filter { $0.local.family == family }
      if !flows.isEmpty { try tickle(flows, family) }
    }
  }

  private static func tickle(_ flows: [Flow], _ family: IPAddress.Family) throws(NetworkFault) {
    // raw(7): IPPROTO_RAW means that the header comes with the packet.
    let descriptor = socket(
      Int32(RouteMessages.code(of: family)),
      Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
      Int32(IPPROTO_RAW))
    guard descriptor >= 0 else { throw .system("raw socket", errno) }
    defer { close(descriptor) }
    for flow in flows {
      let packet = TickleSegment.bytes(to: flow)
      _ = withSocketAddress(place(of: flow.remote)) { place, length in
        packet.withUnsafeBytes { sendto(descriptor, $0.baseAddress, $0.count, 0, place, length) }
      }
    }
  }

  // linux/in.h struct sockaddr_in, linux/in6.h struct sockaddr_in6; the port is in the packet.
  private static func place(of address: IPAddress) -> [UInt8] {
    let family = ByteOrder.host(UInt16(RouteMessages.code(of: address.family)))
    switch address.family {
    case .v4: return family + [0, 0] + address.bytes + [UInt8](repeating: 0, count: 8)
    case .v6: return family + [UInt8](repeating: 0, count: 6) + address.bytes + [0, 0, 0, 0]
    }
  }

  private static func entries(
    of address: IPAddress, port: UInt16?, by socket: NetlinkSocket
  ) throws(NetworkFault) -> [SocketDiagnosis.Entry] {
    // A socket that listens on :: serves IPv4 too, and is listed among those of IPv6.
    let families = address.family == .v4 ? [AF_INET, AF_INET6] : [AF_INET6]
    var entries: [SocketDiagnosis.Entry] = []
    for family in families {
      let list = SocketDiagnosis.list(family: family, port: port ?? 0)
      entries += try socket.dump(list, "list connections").compactMap(SocketDiagnosis.Entry.init)
    }
    return entries.filter { $0.flow.local == address }
  }
}
