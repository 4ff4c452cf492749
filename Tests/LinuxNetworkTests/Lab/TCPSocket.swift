import Glibc
import NetworkTypes

/// A TCP socket of a test, non-blocking.
final class TCPSocket {
  let descriptor: Int32
  private let family: IPAddress.Family

  init(_ family: IPAddress.Family) {
    self.family = family
    descriptor = socket(
      family == .v4 ? AF_INET : AF_INET6,
      Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  init(accepted descriptor: Int32, _ family: IPAddress.Family) {
    self.family = family
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func bind(to address: IPAddress, port: UInt16) -> Bool {
    Self.withAddress(address, port) { Glibc.bind(descriptor, $0, $1) == 0 }
  }

  /// Like the server of a node, which listens on the address before it holds it.
  func bindFreely(to address: IPAddress, port: UInt16) -> Bool {
    var on: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, length)
    // linux/in.h IP_FREEBIND, linux/in6.h IPV6_FREEBIND.
    let code =
      family == .v4
      ? setsockopt(descriptor, Int32(IPPROTO_IP), 15, &on, length)
      : setsockopt(descriptor, Int32(IPPROTO_IPV6), 78, &on, length)
    return code == 0 && bind(to: address, port: port)
  }

  func listen() -> Bool { Glibc.listen(descriptor, 16) == 0 }

  func accept(within milliseconds: Int32) -> TCPSocket? {
    guard isReady(for: POLLIN, within: milliseconds) else { return nil }
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted >= 0 ? TCPSocket(accepted: accepted, family) : nil
  }

  /// What an attempt to connect ended with was the other host's refusal.
  private(set) var wasRefused = false

  func connect(to address: IPAddress, port: UInt16, within milliseconds: Int32) -> Bool {
    let code = Self.withAddress(address, port) { Glibc.connect(descriptor, $0, $1) }
    if code == 0 { return true }
    guard errno == EINPROGRESS, isReady(for: POLLOUT, within: milliseconds) else { return false }
    let error = error
    wasRefused = error == ECONNREFUSED
    return error == 0
  }

  /// SO_ERROR, which reading it clears.
  var error: Int32 {
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    return error
  }

  func send(_ text: String) -> Bool {
    Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
  }

  func isReady(for events: Int32, within milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return Glibc.poll(&poll, 1, milliseconds) == 1
  }

  /// Whether the connection is reset before the time is over; nothing is sent to find out.
  func isReset(within milliseconds: Int32) -> Bool {
    guard isReady(for: POLLIN, within: milliseconds) else { return false }
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, 0) < 0 && errno == ECONNRESET
  }

  private static func withAddress<Result>(
    _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result
  ) -> Result {
    let family = address.family == .v4 ? AF_INET : AF_INET6
    var bytes = withUnsafeBytes(of: UInt16(family)) { Array($0) }
    bytes += [UInt8(port >> 8), UInt8(port & 0xff)]
    switch address.family {
    case .v4: bytes += address.bytes + [UInt8](repeating: 0, count: 8)
    case .v6: bytes += [0, 0, 0, 0] + address.bytes + [0, 0, 0, 0]
    }
    return bytes.withUnsafeBytes {
      body($0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }
}
