import Glibc
import GuardProtocol

/// The other end of a guard's socket, for a test to answer by hand. Every wait is bounded.
final class FakeGuard {
  struct Silence: Error {}

  let path: String
  private let listener: Int32
  private var client: Int32 = -1

  init(at path: String) throws {
    self.path = path
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    listener = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
    let isBound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isBound, listen(listener, 1) == 0 else { throw Silence() }
  }

  deinit {
    hangUp()
    close(listener)
    unlink(path)
  }

  /// Waits for a kvnode.
  func accept() throws {
    try wait(for: listener)
    client = Glibc.accept(listener, nil, nil)
  }

  /// The next request.
  func receive() throws -> GuardRequest {
    try wait(for: client)
    var buffer = [UInt8](repeating: 0, count: Limits.requestBytes)
    let count = recv(client, &buffer, buffer.count, 0)
    guard count > 0 else { throw Silence() }
    return try GuardRequest(packet: buffer[..<count])
  }

  /// The next request that is no last will.
  func receiveWish() throws -> GuardRequest {
    while true {
      let request = try receive()
      if case .lastWill = request { continue }
      return request
    }
  }

  func send(_ reply: GuardReply) {
    let packet = reply.bytes
    _ = Glibc.send(client, packet, packet.count, Int32(MSG_NOSIGNAL))
  }

  func hangUp() {
    if client >= 0 { close(client) }
    client = -1
  }

  private func wait(for descriptor: Int32) throws {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, 5000) == 1 else { throw Silence() }
  }
}
