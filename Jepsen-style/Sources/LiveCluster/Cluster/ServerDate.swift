internal import Glibc
internal import KeyValueClient

/// What time a node believes it is, by the Date header of its answers (RFC 9110, section 6.6.1).
enum ServerDate {
  /// Seconds that the node's clock is ahead of ours, to the second, within half a day; nil when it
  /// does not answer within a second.
  static func offset(of endpoint: Endpoint) -> Int? {
    guard let reply = ask(endpoint), let line = reply.firstRange(of: "\r\ndate: "),
      let theirs = secondOfDay(reply[line.upperBound...].prefix(29))
    else { return nil }
    let day = 86_400
    let difference = (theirs - time(nil) % day + day) % day
    return difference > day / 2 ? difference - day : difference
  }

  /// Of `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func secondOfDay(_ date: Substring) -> Int? {
    let words = date.split(separator: " ")
    guard words.count >= 5 else { return nil }
    let parts = words[4].split(separator: ":").compactMap { Int($0) }
    return parts.count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : nil
  }

  private static func ask(_ endpoint: Endpoint) -> String? {
    guard let socket = try? LoopbackSocket.connecting(endpoint.host, endpoint.port) else {
      return nil
    }
    defer { close(socket) }
    guard wait(socket, POLLOUT), LoopbackSocket.isConnected(socket) else { return nil }
    let request = Array("GET /livez HTTP/1.1\r\nHost: q\r\n\r\n".utf8)
    guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count,
      wait(socket, POLLIN)
    else { return nil }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(socket, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self).lowercased() : nil
  }

  private static func wait(_ socket: Int32, _ events: Int32) -> Bool {
    var interest = pollfd(fd: socket, events: Int16(events), revents: 0)
    return poll(&interest, 1, 1000) == 1
  }
}
