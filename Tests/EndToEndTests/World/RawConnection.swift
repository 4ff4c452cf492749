import Glibc
import KeyValueClient

/// One TCP connection that sends bytes as they are given: what no decent client would do.
final class RawConnection {
  struct Failed: Error {
    let call: String
    let code: Int32
  }

  struct Request {
    let bytes: [UInt8]

    static func put(_ key: String, _ value: String) -> Request {
      Request(
        bytes: Array(
          ("PUT /v1/kv/\(key) HTTP/1.1\r\nHost: q\r\nContent-Length: \(value.utf8.count)\r\n\r\n"
            + value).utf8))
    }

    static let metrics = Request(bytes: Array("GET /metrics HTTP/1.1\r\nHost: q\r\n\r\n".utf8))

    static func get(_ key: String) -> Request {
      Request(bytes: Array("GET /v1/kv/\(key)?raw HTTP/1.1\r\nHost: q\r\n\r\n".utf8))
    }
  }

  struct Reply {
    let status: Int
    /// Names in small letters.
    let headers: [String: String]
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let socket: Int32
  private var unread: [UInt8] = []

  /// - Parameter patience: seconds that a read waits at most.
  init(_ endpoint: Endpoint, patience: Int = 10) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw Failed(call: "socket", code: errno) }
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    var address = sockaddr_in(endpoint)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let code = errno
      close(socket)
      throw Failed(call: "connect", code: code)
    }
  }

  deinit { close(socket) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { throw Failed(call: "send", code: errno) }
      rest = rest.dropFirst(sent)
    }
  }

  func exchange(_ request: Request) throws -> Reply? {
    try send(request.bytes)
    return try reply()
  }

  /// The next reply; nil when the server has closed the connection without one.
  func reply() throws -> Reply? {
    while true {
      if let reply = takeReply() { return reply }
      guard try readMore() else { return nil }
    }
  }

  /// Whether the server closes, with nothing further to say; false when it says something.
  func isClosedByServer() throws -> Bool {
    guard unread.isEmpty else { return false }
    return try !readMore()
  }

  private func readMore() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &buffer, buffer.count, 0)
    guard count >= 0 else {
      if errno == ECONNRESET { return false }
      throw Failed(call: "recv", code: errno)
    }
    unread += buffer[..<count]
    return count > 0
  }

  private func takeReply() -> Reply? {
    let blank = Array("\r\n\r\n".utf8)
    guard let end = unread.firstRange(of: blank) else { return nil }
    let lines = String(decoding: unread[..<end.lowerBound], as: UTF8.self).split(
      separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.last.map { String($0.drop { $0 == " " }) }
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    guard unread.count >= end.upperBound + length else { return nil }
    let body = Array(unread[end.upperBound..<end.upperBound + length])
    unread.removeFirst(end.upperBound + length)
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return Reply(status: status, headers: headers, body: body)
  }
}

extension sockaddr_in {
  init(_ endpoint: Endpoint) {
    self.init()
    sin_family = sa_family_t(AF_INET)
    sin_port = endpoint.port.bigEndian
    inet_pton(AF_INET, endpoint.host, &sin_addr)
  }
}

/// A socket that listens where somebody else wants to.
final class TakenAddress {
  private let socket: Int32

  init(_ endpoint: Endpoint) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // Connections that a node had there may still be in TIME_WAIT.
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in(endpoint)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0, listen(socket, 1) == 0 else {
      throw RawConnection.Failed(call: "bind \(endpoint)", code: errno)
    }
  }

  deinit { close(socket) }
}
