internal import Glibc

/// A non-blocking TCP socket on the loopback interface.
enum LoopbackSocket {
  /// A listening one.
  static func listening(_ host: String, _ port: UInt16) throws(LiveFailure) -> Int32 {
    let socket = try make()
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard with(host, port, { bind(socket, $0, $1) }) == 0, listen(socket, 64) == 0 else {
      let failure = TextFile.failure("listen on", "\(host):\(port)")
      close(socket)
      throw failure
    }
    return socket
  }

  /// One that is connecting; writable when it is, or has failed.
  static func connecting(_ host: String, _ port: UInt16) throws(LiveFailure) -> Int32 {
    let socket = try make()
    if with(host, port, { connect(socket, $0, $1) }) != 0, errno != EINPROGRESS {
      let failure = TextFile.failure("connect to", "\(host):\(port)")
      close(socket)
      throw failure
    }
    return socket
  }

  /// The next connection of a listening socket.
  static func accepted(_ listener: Int32) -> Int32? {
    DescriptorGate.pass {
      let socket = accept(listener, nil, nil)
      guard socket >= 0 else { return nil }
      prepare(socket)
      return socket
    }
  }

  /// Whether a connecting socket is connected.
  static func isConnected(_ socket: Int32) -> Bool {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size) == 0 && code == 0
  }

  /// Makes closing a reset instead of an orderly end.
  static func willReset(_ socket: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  private static func make() throws(LiveFailure) -> Int32 {
    let made = DescriptorGate.pass {
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      if socket >= 0 { prepare(socket) }
      return socket
    }
    guard made >= 0 else { throw TextFile.failure("socket", "of the proxy") }
    return made
  }

  private static func prepare(_ socket: Int32) {
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    var yes: Int32 = 1
    setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func with(
    _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
