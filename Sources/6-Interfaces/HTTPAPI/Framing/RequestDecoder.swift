internal import BinaryCodec
internal import NIOCore

/// Divides what a client sends into requests: HTTP/1.1 as RFC 9112 has it, and as strictly as it
/// allows.
///
/// Two readers that divide the same bytes differently are how requests are smuggled past a proxy.
/// So nothing is repaired: a line ends with CR LF, a field begins with its name, a body has one
/// length.
///
/// It owns no bytes. `next` takes whole lines and what there is of a body out of the buffer, and
/// leaves an unfinished line for the next call, which goes on searching where this one ended.
struct RequestDecoder {
  enum Event {
    case head(RequestHead)
    case part(ByteBuffer)
    case end
  }

  private enum Stage {
    case requestLine, fields
    /// So many bytes of a body are to come.
    case sized(Int)
    case chunkSize, chunk(Int), chunkEnd, trailer
    case done
  }

  private let limits: Limits
  private var stage = Stage.requestLine
  private var head: RequestHead?
  /// Bytes of the unfinished line, in which no line's end was found.
  private var searched = 0
  /// Bytes and fields of the head, or of the trailer, so far.
  private var spent = 0
  private var fieldCount = 0

  init(_ limits: Limits) { self.limits = limits }

  /// The next event; nil until more has come. After an error nothing more can be read.
  mutating func next(_ inbox: inout ByteBuffer) throws(FramingFault) -> Event? {
    while true {
      switch stage {
      case .requestLine: guard try takeRequestLine(&inbox) else { return nil }
      case .fields:
        guard let isLast = try takeField(&inbox) else { return nil }
        if isLast, let head {
          stage = Self.body(of: head)
          return .head(head)
        }
      case .sized(let left):
        guard let part = Self.part(of: left, &inbox) else { return nil }
        stage = left == part.readableBytes ? .done : .sized(left - part.readableBytes)
        return .part(part)
      case .chunkSize: guard try takeChunkSize(&inbox) else { return nil }
      case .chunk(let left):
        guard let part = Self.part(of: left, &inbox) else { return nil }
        stage = left == part.readableBytes ? .chunkEnd : .chunk(left - part.readableBytes)
        return .part(part)
      case .chunkEnd:
        guard inbox.readableBytes >= 2 else { return nil }
        guard inbox.readInteger(as: UInt16.self) == 0x0d0a else {
          throw .malformed("a chunk is longer than its size says")
        }
        stage = .chunkSize
      case .trailer:
        guard let isLast = try takeField(&inbox) else { return nil }
        if isLast { stage = .done }
      case .done:
        stage = .requestLine
        head = nil
        return .end
      }
    }
  }

  private static func body(of head: RequestHead) -> Stage {
    if head.fields.isChunked { return .chunkSize }
    guard let length = head.fields.contentLength, length > 0 else { return .done }
    return .sized(length)
  }

  private static func part(of left: Int, _ inbox: inout ByteBuffer) -> ByteBuffer? {
    guard inbox.readableBytes > 0 else { return nil }
    return inbox.readSlice(length: min(left, inbox.readableBytes))
  }

  private mutating func takeRequestLine(_ inbox: inout ByteBuffer) throws(FramingFault) -> Bool {
    guard let count = try lineEnd(in: inbox) else {
      // Another protocol's greeting need not be waited for.
      if let first = inbox.getInteger(at: inbox.readerIndex, as: UInt8.self),
        !first.isTokenByte, first != 0x0d
      {
        throw .malformed("a request begins with its method")
      }
      return false
    }
    if count > 0 {
      head = try RequestHead(line: inbox.readableBytesUInt8Span.extracting(0..<count))
      fieldCount = 0
      stage = .fields
    }
    // An empty line in front of a request is passed over (RFC 9112, section 2.2).
    inbox.moveReaderIndex(forwardBy: count + 2)
    return true
  }

  /// Takes one line of the head or the trailer; true when it was the empty one that ends it.
  private mutating func takeField(_ inbox: inout ByteBuffer) throws(FramingFault) -> Bool? {
    guard let count = try lineEnd(in: inbox) else { return nil }
    guard count > 0 else {
      inbox.moveReaderIndex(forwardBy: 2)
      spent = 0
      if case .fields = stage { try head?.checkFraming() }
      return true
    }
    fieldCount += 1
    guard fieldCount <= limits.headerCount else { throw .overflow }
    try read(inbox.readableBytesUInt8Span.extracting(0..<count))
    inbox.moveReaderIndex(forwardBy: count + 2)
    return false
  }

  private mutating func read(_ line: Span<UInt8>) throws(FramingFault) {
    switch stage {
    case .fields: try head?.fields.read(line)
    case .trailer:
      // Nothing in it is heeded, but it must be one.
      var ignored = RequestFields()
      try ignored.read(line)
    case .requestLine, .sized, .chunkSize, .chunk, .chunkEnd, .done:
      preconditionFailure("RequestDecoder: no fields in \(stage)")
    }
  }

  private mutating func takeChunkSize(_ inbox: inout ByteBuffer) throws(FramingFault) -> Bool {
    guard let count = try lineEnd(in: inbox) else { return false }
    spent = 0
    fieldCount = 0
    let size = try Self.chunkSize(inbox.readableBytesUInt8Span.extracting(0..<count))
    inbox.moveReaderIndex(forwardBy: count + 2)
    stage = size == 0 ? .trailer : .chunk(size)
    return true
  }

  /// Reads `chunk-size [ chunk-ext ]` (RFC 9112, section 7.1).
  private static func chunkSize(_ line: Span<UInt8>) throws(FramingFault) -> Int {
    let end = line.firstIndex(of: UInt8(ascii: ";")) ?? line.count
    let digits = line.trimmed(0..<end)
    // Fifteen digits are more than any body has, and less than an Int.
    guard digits.lowerBound == 0, 1...15 ~= digits.count else {
      throw .malformed("a chunk's size is missing or too long")
    }
    var size = 0
    for i in digits {
      guard let digit = line[i].hexDigit else { throw .malformed("a chunk's size is no number") }
      size = size << 4 | Int(digit)
    }
    for i in end..<line.count where !line[i].isFieldByte {
      throw .malformed("a chunk's extension holds a control character")
    }
    return size
  }

  /// The length of the line at the head of the buffer without its CR LF; nil while it has no end.
  private mutating func lineEnd(in inbox: ByteBuffer) throws(FramingFault) -> Int? {
    let bytes = inbox.readableBytesUInt8Span
    let end = bytes.firstIndex(of: 0x0a, from: searched)
    let length = end.map { $0 + 1 } ?? bytes.count
    guard length <= limits.headerFieldBytes, spent + length <= limits.headerBytes else {
      throw .overflow
    }
    guard let end else {
      searched = length
      return nil
    }
    guard end > 0, bytes[end - 1] == 0x0d else { throw .malformed("a line ends without a CR") }
    searched = 0
    spent += length
    return end - 1
  }
}
