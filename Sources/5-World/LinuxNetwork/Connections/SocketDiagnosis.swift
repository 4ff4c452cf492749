import Glibc
import NetworkTypes

/// Requests and replies of sock_diag(7) (linux/sock_diag.h, linux/inet_diag.h).
enum SocketDiagnosis {
  /// `struct inet_diag_msg`, of which only the first 52 bytes matter here.
  struct Entry: Equatable {
    let flow: Flow
    let family: UInt8
    /// `struct inet_diag_sockid`, to name the socket with: its cookie says that it is still this
    /// one.
    let identity: [UInt8]

    /// Nil for what is cut short or between families. An IPv4 connection of an IPv6 socket counts
    /// as IPv4.
    init?(_ reply: NetlinkReply) {
      let bytes = reply.payload
      let start = bytes.startIndex
      guard reply.type == SocketDiagnosis.byFamily, bytes.count >= 52,
        let localPort = ByteOrder.network(bytes, at: 4, as: UInt16.self),
        let remotePort = ByteOrder.network(bytes, at: 6, as: UInt16.self)
      else { return nil }
      family = bytes[start]
      identity = Array(bytes[(start + 4)..<(start + 52)])
      let local = SocketDiagnosis.address(bytes[(start + 8)..<(start + 24)], family)
      let remote = SocketDiagnosis.address(bytes[(start + 24)..<(start + 40)], family)
      guard let local, let remote, local.family == remote.family else { return nil }
      flow = Flow(local: local, localPort: localPort, remote: remote, remotePort: remotePort)
    }
  }

  private static let byFamily: UInt16 = 20  // SOCK_DIAG_BY_FAMILY
  private static let destroy: UInt16 = 21  // SOCK_DESTROY
  /// Bits of `enum tcp_states` (linux/tcp.h, net/tcp_states.h): every state of a connection, but
  /// not TIME_WAIT (6) and CLOSE (7), which have no peer to tell, nor LISTEN (10).
  private static let connected: UInt32 = 0b1_1011_0011_1110

  /// All TCP connections of sockets of an address family, with this local port unless it is zero.
  static func list(family: Int32, port: UInt16) -> NetlinkMessage {
    let anyone = ByteOrder.network(port) + [UInt8](repeating: 0, count: 46)
    return NetlinkMessage(
      byFamily, .dump, header: request(UInt8(family), states: connected, anyone))
  }

  /// Aborts one connection: its peer gets a reset, its owner ECONNABORTED.
  static func destroy(_ entry: Entry) -> NetlinkMessage {
    NetlinkMessage(
      destroy, .acknowledge, header: request(entry.family, states: connected, entry.identity))
  }

  /// Asks to abort a connection between no two hosts: refused with ENOENT by a kernel that could.
  static func destroyNothing() -> NetlinkMessage {
    let nothing = [UInt8](repeating: 0, count: 48)
    return NetlinkMessage(
      destroy, .acknowledge, header: request(UInt8(AF_INET), states: connected, nothing))
  }

  // struct inet_diag_req_v2: family, protocol, extensions, padding, u32 states, identity.
  private static func request(_ family: UInt8, states: UInt32, _ identity: [UInt8]) -> [UInt8] {
    [family, UInt8(IPPROTO_TCP), 0, 0] + ByteOrder.host(states) + identity
  }

  private static func address(_ field: ArraySlice<UInt8>, _ family: UInt8) -> IPAddress? {
    if family == UInt8(AF_INET) { return IPAddress(bytes: field.prefix(4)) }
    // RFC 4291 §2.5.5.2: ::ffff:a.b.c.d.
    let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    return IPAddress(bytes: field.starts(with: mapped) ? field.dropFirst(12) : field)
  }
}
