internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Turns a peer's address into socket addresses, off the loop when a name must be looked up.
///
/// One lookup a link at a time: getaddrinfo(3) cannot be cancelled, so a link waits for it however
/// long the system's resolver takes, and threads do not pile up behind a dead name server.
enum AddressLookup {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static func addresses(
    of peer: PeerAddress, on eventLoop: any EventLoop
  ) -> EventLoopFuture<[SocketAddress]> {
    if let literal = try? SocketAddress(ipAddress: peer.host, port: peer.port) {
      return eventLoop.makeSucceededFuture([literal])
    }
    return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try resolve(peer) }
  }

  private static func resolve(_ peer: PeerAddress) throws(Failure) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(peer.host, String(peer.port), &hints, &list)
    guard code == 0 else {
      throw Failure(description: "\(peer.host): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var node = list
    while let info = node?.pointee, found.count < Limits.addresses {
      if let address = socketAddress(info) { found.append(address) }
      node = info.ai_next
    }
    guard !found.isEmpty else { throw Failure(description: "\(peer.host): no address") }
    return found
  }

  private static func socketAddress(_ info: addrinfo) -> SocketAddress? {
    guard let raw = info.ai_addr else { return nil }
    switch info.ai_family {
    case AF_INET:
      return raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
    case AF_INET6:
      return raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
    default: return nil
    }
  }
}
