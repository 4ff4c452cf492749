internal import Glibc

/// Clients that stay connected to one address until somebody else ends that.
package struct OpenClients {
  private struct Client {
    let socket: Int32
    let habit: ClientEnding.Habit
  }

  /// Between two writes of a client that writes.
  private static let beat: UInt64 = 5_000_000
  private static let request = Array(
    "PUT /v1/kv/open HTTP/1.1\r\nHost: quoin\r\nContent-Length: 1\r\n\r\nx".utf8)

  private var clients: [Client] = []
  private var next = BootClock.now

  /// Connects all of them.
  package init(host: String, port: UInt16, idle: Int, writing: Int) throws(LiveFailure) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
      throw LiveFailure("\(host) is no IPv4 address")
    }
    for number in 0..<(idle + writing) {
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let socket = Glibc.socket(AF_INET, kind, 0)
      var patience = timeval(tv_sec: 2, tv_usec: 0)
      setsockopt(
        socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard code == 0 else { throw TextFile.failure("connect", "\(host):\(port)") }
      clients.append(Client(socket: socket, habit: number < idle ? .idle : .writing))
    }
  }

  /// All have learned that it is over.
  package var isOver: Bool { clients.isEmpty }

  /// One turn of at most a beat: those whose connection is over now.
  package mutating func turn() -> [ClientEnding] {
    var now = BootClock.now
    if now >= next {
      for client in clients where client.habit == .writing {
        // What breaks is seen below.
        _ = send(
          client.socket, Self.request, Self.request.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      next = now + Self.beat
    }
    var interests = clients.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
    let wait = Int32((next - now) / 1_000_000 + 1)
    guard poll(&interests, nfds_t(interests.count), wait) > 0 else { return [] }
    now = BootClock.now
    var over: [ClientEnding] = []
    var left: [Client] = []
    for (client, interest) in zip(clients, interests) {
      guard interest.revents != 0, let cause = Self.read(client.socket) else {
        left.append(client)
        continue
      }
      close(client.socket)
      over.append(ClientEnding(client.habit, at: now, cause))
    }
    clients = left
    return over
  }

  /// Takes what has come; why no more will, if so.
  private static func read(_ socket: Int32) -> ClientEnding.Cause? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count == 0 { return .closed }
      if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : .reset }
    }
  }
}
