internal import ClientProtocol
internal import RaftTypes

/// The header fields that somebody heeds, read in one pass.
///
/// What is wrong with the framing ends the connection and is thrown at once. What is wrong with the
/// request alone is kept until its head is whole, for `check`: its body must still be passed over.
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
  private(set) var asksClose = false
  private(set) var asksKeepAlive = false
  private(set) var expectsContinue = false
  /// There is an Expect, understood or not: the body may not come.
  private(set) var hasExpectation = false
  private(set) var condition: Condition?
  /// The bytes alone are asked for: `Accept: application/octet-stream`.
  private(set) var acceptsBytes = false
  private(set) var minIndex: LogIndex?
  private var hosts = 0
  private var verdict = Verdict.fine

  /// Boxed: hardly a request is refused, and every copy of the fields would carry the room.
  private enum Verdict {
    case fine
    indirect case refused(Refusal)
  }

  /// Reads `field-name ":" OWS field-value OWS` (RFC 9112, section 5).
  mutating func read(_ line: Span<UInt8>) throws(FramingFault) {
    var colon = 0
    while colon < line.count, line[colon].isTokenByte { colon += 1 }
    guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else {
      throw .malformed("a header begins with its name and a colon")
    }
    let value = line.extracting(line.trimmed((colon + 1)..<line.count))
    for i in value.indices where !value[i].isFieldByte {
      throw .malformed("a header holds a control character")
    }
    try heed(line.extracting(0..<colon), value)
  }

  /// Refuses what was asked for and cannot be, once the head is whole.
  mutating func check(_ version: RequestHead.Version) throws(Refusal) {
    if case .refused(let refusal) = verdict { throw refusal }
    switch version {
    case .old: expectsContinue = false
    case .current:
      // RFC 9112, section 3.2: a request of 1.1 without exactly one Host is answered 400.
      guard hosts == 1 else {
        throw Refusal(.badRequest("a request of HTTP/1.1 needs one Host header"))
      }
    }
  }

  private mutating func heed(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(FramingFault) {
    switch name.count {
    case 4 where name.isField("host"): hosts += 1
    case 6 where name.isField("accept"):
      acceptsBytes = value.isExactly("application/octet-stream")
    case 6 where name.isField("expect"):
      hasExpectation = true
      expectsContinue = value.isField("100-continue")
      if !expectsContinue { refuse("Expect may only be 100-continue", status: 417) }
    case 7 where name.isField("if-lock"): refuse(.unsupported("If-Lock"), status: 501)
    case 8 where name.isField("if-match"):
      if value.isExactly("*") {
        restrict(.exists)
      } else if let revision = value.revision {
        restrict(.revision(revision))
      } else {
        refuse("If-Match is neither a revision nor *")
      }
    case 10 where name.isField("connection"):
      var (close, keep) = (false, false)
      value.forEachMember { option in
        if option.isField("close") { close = true }
        if option.isField("keep-alive") { keep = true }
      }
      asksClose = asksClose || close
      asksKeepAlive = asksKeepAlive || keep
    case 11 where name.isField("x-min-index"):
      minIndex = value.decimal.map { LogIndex($0) }
      if minIndex == nil { refuse("X-Min-Index is not a whole number") }
    case 13 where name.isField("if-none-match"):
      // With anything but * it asks for a fresher copy, which every answer here is.
      if value.isExactly("*") { restrict(.absent) }
    case 14 where name.isField("content-length"):
      guard let number = value.decimal, let length = Int(exactly: number) else {
        throw .malformed("Content-Length is not a whole number")
      }
      guard contentLength == nil else { throw .malformed("Content-Length is given twice") }
      contentLength = length
    case 15 where name.isField("idempotency-key"):
      refuse(.unsupported("Idempotency-Key"), status: 501)
    case 17 where name.isField("transfer-encoding"):
      guard !isChunked, value.isField("chunked") else { throw .coding }
      isChunked = true
    default: return
    }
  }

  private mutating func restrict(_ condition: Condition) {
    if self.condition != nil { refuse("give one of If-Match and If-None-Match, once") }
    self.condition = condition
  }

  private mutating func refuse(_ message: String, status: Int? = nil) {
    refuse(.badRequest(message), status: status)
  }

  /// The first fault is the one that is told.
  private mutating func refuse(_ error: ClientError, status: Int?) {
    if case .fine = verdict { verdict = .refused(Refusal(error, status: status)) }
  }
}

extension Span<UInt8> {
  /// A revision, bare or as the entity tag that a get answers with.
  fileprivate var revision: Revision? {
    let isQuoted =
      count >= 2 && self[0] == UInt8(ascii: "\"") && self[count - 1] == UInt8(ascii: "\"")
    return (isQuoted ? extracting(1..<(count - 1)) : self).decimal.map { Revision($0) }
  }
}
