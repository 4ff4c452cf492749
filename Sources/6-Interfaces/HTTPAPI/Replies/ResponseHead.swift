internal import BinaryCodec
internal import ClientProtocol
internal import NIOCore
internal import RaftTypes

/// A response's status line and header fields, written as bytes in one fixed order.
struct ResponseHead {
  enum Content {
    case json, bytes, text, metrics
    /// 204: no content and no length (RFC 9110, section 8.6).
    case none
  }

  /// What becomes of the connection afterwards.
  enum Persistence {
    /// The habit of HTTP/1.1, unspoken.
    case keepAlive
    /// Spoken, for a client of HTTP/1.0 that asked for it.
    case keepAliveSpoken
    case close
  }

  var status = 200
  var content = Content.json
  var contentLength: Int
  var persistence: Persistence
  var stamp: ReplyStamp
  var entityTag: Revision?
  var retryAfter: Int?
  var allow: String?
  /// The snapshot that the body is of, and how long its file is.
  var snapshot: (position: LogPosition, size: UInt64)?

  /// - Parameter date: as RFC 9110, section 5.6.7, writes it.
  func write(date: [UInt8], into out: inout ByteBuffer) {
    let most = Limits.responseHeadBytes + (allow?.utf8.count ?? 0)
    out.writeWithOutputRawSpan(minimumWritableBytes: most) { text in
      text.append(Self.statusLine(status))
      text.append("\r\nDate: ")
      text.append(date)
      text.append("\r\nX-Raft-Term: ", stamp.term.number)
      text.append("\r\nX-Raft-Index: ", stamp.index.number)
      text.append("\r\nX-Revision: ", stamp.revision.number)
      text.append("\r\nX-Node: ", stamp.node.number)
      if let entityTag {
        text.append("\r\nETag: \"", entityTag.number)
        text.append("\"")
      }
      writeSeldom(into: &text)
      switch content {
      case .json: text.append("\r\nContent-Type: application/json")
      case .bytes: text.append("\r\nContent-Type: application/octet-stream")
      case .text: text.append("\r\nContent-Type: text/plain; charset=utf-8")
      case .metrics: text.append("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8")
      case .none:
        text.append("\r\n\r\n")
        return
      }
      text.append("\r\nContent-Length: ", UInt64(contentLength))
      text.append("\r\n\r\n")
    }
  }

  private func writeSeldom(into text: inout OutputRawSpan) {
    if let retryAfter { text.append("\r\nRetry-After: ", UInt64(retryAfter)) }
    if let allow {
      text.append("\r\nAllow: ")
      text.append(Array(allow.utf8))
    }
    if let (position, size) = snapshot {
      text.append("\r\nX-Snapshot-Term: ", position.term.number)
      text.append("\r\nX-Snapshot-Index: ", position.index.number)
      text.append("\r\nX-Snapshot-Size: ", size)
    }
    switch persistence {
    case .keepAlive: break
    case .keepAliveSpoken: text.append("\r\nConnection: keep-alive")
    case .close: text.append("\r\nConnection: close")
    }
  }

  private static func statusLine(_ status: Int) -> StaticString {
    switch status {
    case 200: "HTTP/1.1 200 OK"
    case 204: "HTTP/1.1 204 No Content"
    case 400: "HTTP/1.1 400 Bad Request"
    case 404: "HTTP/1.1 404 Not Found"
    case 405: "HTTP/1.1 405 Method Not Allowed"
    case 408: "HTTP/1.1 408 Request Timeout"
    case 409: "HTTP/1.1 409 Conflict"
    case 410: "HTTP/1.1 410 Gone"
    case 412: "HTTP/1.1 412 Precondition Failed"
    case 413: "HTTP/1.1 413 Content Too Large"
    case 417: "HTTP/1.1 417 Expectation Failed"
    case 429: "HTTP/1.1 429 Too Many Requests"
    case 431: "HTTP/1.1 431 Request Header Fields Too Large"
    case 501: "HTTP/1.1 501 Not Implemented"
    case 502: "HTTP/1.1 502 Bad Gateway"
    case 503: "HTTP/1.1 503 Service Unavailable"
    case 504: "HTTP/1.1 504 Gateway Timeout"
    case 507: "HTTP/1.1 507 Insufficient Storage"
    default: "HTTP/1.1 500 Internal Server Error"
    }
  }
}

extension OutputRawSpan {
  fileprivate mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  fileprivate mutating func append(_ text: [UInt8]) {
    text.withUnsafeBufferPointer { append($0) }
  }

  // Words first: text is some dozens of bytes, and each append looks at the space that is left.
  private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    let bytes = UnsafeRawBufferPointer(text)
    var at = 0
    while at + 8 <= bytes.count {
      append(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), as: UInt64.self)
      at += 8
    }
    while at < bytes.count {
      append(bytes[at])
      at += 1
    }
  }

  fileprivate mutating func append(_ text: StaticString, _ number: UInt64) {
    append(text)
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}
