internal import Glibc

/// One connection of the prober, from the first packet to the answer's status.
struct ProbeFlight {
  let number: UInt64
  let begin: UInt64
  let socket: Int32
  private var isSent = false
  private var answer: [UInt8] = []

  /// Nil when not even the attempt could be made, as without a route.
  init?(number: UInt64, begin: UInt64, to address: sockaddr_in) {
    let kind =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = Glibc.socket(AF_INET, kind, 0)
    guard socket >= 0 else { return nil }
    self.number = number
    self.begin = begin
    self.socket = socket
    // A reset at the end: hundreds of connections a second would use up the ports by TIME_WAIT.
    var reset = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
    var target = address
    let code = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 || errno == EINPROGRESS else {
      close(socket)
      return nil
    }
  }

  var interest: pollfd {
    pollfd(fd: socket, events: Int16(isSent ? POLLIN : POLLOUT), revents: 0)
  }

  /// Goes on after poll(2) reported `socket`; how it ended, when it did.
  mutating func proceed() -> Probe.Ending? {
    guard isSent else {
      let text = "\(number)"
      let head = "PUT /v1/kv/probe HTTP/1.1\r\nHost: quoin\r\nConnection: close\r\n"
      let request = Array("\(head)Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8)
      let sent = send(socket, request, request.count, Int32(MSG_NOSIGNAL))
      isSent = true
      return sent == request.count ? nil : .broken
    }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = recv(socket, &buffer, buffer.count, 0)
    guard count > 0 else { return count < 0 && errno == EAGAIN ? nil : .broken }
    answer += buffer[..<count]
    // HTTP/1.1 200
    guard answer.count >= 12 else { return nil }
    return answer[9] == UInt8(ascii: "2") ? .written : .refused
  }
}
