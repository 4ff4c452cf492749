internal import ClientProtocol
internal import NIOHTTP1
internal import RaftTypes

/// The header fields that the API heeds, read in one pass.
struct RequestFields {
  enum Condition {
    /// `If-Match: *`
    case exists
    /// `If-None-Match: *`
    case absent
    /// `If-Match: REV`
    case revision(Revision)
  }

  private(set) var contentLength: Int?
  private(set) var isChunked = false
  private(set) var expectsContinue = false
  private(set) var condition: Condition?
  /// The bytes alone are asked for: `Accept: application/octet-stream`.
  private(set) var acceptsBytes = false
  private(set) var minIndex: LogIndex?
  /// Another protocol is asked for after this request. It is not spoken here, but the decoder stops
  /// at it.
  private(set) var asksUpgrade = false
  private var hosts = 0

  init(_ head: HTTPRequestHead) throws(Refusal) {
    for (name, value) in head.headers { try heed(name, value) }
    // RFC 9112, section 3.2: a request of 1.1 without exactly one Host is answered 400.
    guard head.version != .http1_1 || hosts == 1 else {
      throw Refusal(.badRequest("a request of HTTP/1.1 needs one Host header"))
    }
    if head.version != .http1_1 { expectsContinue = false }
  }

  private mutating func heed(_ name: String, _ value: String) throws(Refusal) {
    switch name.utf8.count {
    case 4 where name.isField("host"): hosts += 1
    case 6 where name.isField("accept"):
      acceptsBytes = value == "application/octet-stream"
    case 6 where name.isField("expect"):
      guard value.isField("100-continue") else {
        throw Refusal(.badRequest("Expect may only be 100-continue"), status: 417)
      }
      expectsContinue = true
    case 7 where name.isField("upgrade"): asksUpgrade = true
    case 7 where name.isField("if-lock"): throw Refusal(.unsupported("If-Lock"), status: 501)
    case 8 where name.isField("if-match"):
      try restrict(value == "*" ? .exists : .revision(try revision(value)))
    case 11 where name.isField("x-min-index"):
      guard let number = Decimal.read(value.utf8) else {
        throw Refusal(.badRequest("X-Min-Index is not a whole number"))
      }
      minIndex = LogIndex(number)
    case 13 where name.isField("if-none-match"):
      // With anything but * it asks for a fresher copy, which every answer here is.
      if value == "*" { try restrict(.absent) }
    case 14 where name.isField("content-length"):
      guard let number = Decimal.read(value.utf8), let length = Int(exactly: number) else {
        throw Refusal(.badRequest("Content-Length is not a whole number"))
      }
      contentLength = length
    case 15 where name.isField("idempotency-key"):
      throw Refusal(.unsupported("Idempotency-Key"), status: 501)
    case 17 where name.isField("transfer-encoding"): isChunked = true
    default: return
    }
  }

  private mutating func restrict(_ condition: Condition) throws(Refusal) {
    guard self.condition == nil else {
      throw Refusal(.badRequest("give one of If-Match and If-None-Match, once"))
    }
    self.condition = condition
  }

  /// A revision, bare or as the entity tag that a get answers with.
  private func revision(_ value: String) throws(Refusal) -> Revision {
    var digits = value.utf8[...]
    if digits.count >= 2, digits.first == UInt8(ascii: "\""), digits.last == UInt8(ascii: "\"") {
      digits = digits.dropFirst().dropLast()
    }
    guard let number = Decimal.read(digits) else {
      throw Refusal(.badRequest("If-Match is neither a revision nor *"))
    }
    return Revision(number)
  }
}

extension String {
  /// Equal to `field`, which is in lower case, when case is ignored.
  fileprivate func isField(_ field: StaticString) -> Bool {
    let letters = UnsafeBufferPointer(start: field.utf8Start, count: field.utf8CodeUnitCount)
    return utf8.elementsEqual(letters) { $0 == $1 || ($0 | 0x20 == $1 && $0 >= 0x41 && $0 <= 0x5a) }
  }
}
